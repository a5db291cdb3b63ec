; The installer of musfuse for Windows, for this user alone: it needs no administrator. installer/build.py runs makensis
; over it, in a folder with settings.nsh and files.nsh that it made.
;
; What is installed lies in $INSTDIR\app, and only there: a new version is laid down beside it, and takes its place by two
; renames. So what fails half-way changes nothing, nothing of the old version is left, and a file that is in use is met
; before anything is changed.
;
; Options (docs/windows.md): /S, /D=FOLDER, /FORCE, /LOGON=SOURCE|off, /DRIVE=LETTER, /WINFSP
; Exit codes: 0 done, 1 cancelled, 2 failed, 3 musfuse is in use. $TEMP\musfuse-setup.log says why.

Unicode true
Target amd64-unicode
!include settings.nsh
!include MUI2.nsh
!include LogicLib.nsh
!include WinVer.nsh
!include nsDialogs.nsh

!ifdef TEST_BUILD
  !define TITLE "musfuse ${VERSION} (a test build, not to be given away)"
!else
  !define TITLE "musfuse ${VERSION}"
!endif
!define KEY "Software\musfuse"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\musfuse"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
!define WINFSP_PAGE "https://winfsp.dev/rel/"
!define LONGEST 110
!define FAILED 2
!define IN_USE 3

Name "musfuse"
Caption "${TITLE}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\musfuse"
InstallDirRegKey HKCU "${KEY}" "Folder"
RequestExecutionLevel user
ManifestDPIAware true
ManifestLongPathAware true
ManifestSupportedOS all
!ifdef PACKED
  SetCompressor /SOLID lzma
!else
  SetCompress off
!endif
SetDateSave off
SetOverwrite on
AllowSkipFiles off
ShowInstDetails nevershow
ShowUninstDetails nevershow
BrandingText "musfuse ${VERSION}"
VIProductVersion "${VERSION_NUMBERS}"
VIAddVersionKey "ProductName" "musfuse"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${TITLE}"
VIAddVersionKey "LegalCopyright" "MIT licence"

Var Target       ; where files.nsh lays down the program
Var Force        ; "force" where drives in use are ended, too
Var Logon        ; what /LOGON= says, or the page: a source, "off", "" to leave it as it is
Var LogonSource
Var LogonDrive
Var Said         ; an answer of musfuse_setup
Var HasWinFsp
Var Purge        ; of the uninstaller: "yes" where the library goes, too
Var Box
Var SourceField
Var DriveField

!define MUI_ABORTWARNING
!define MUI_WELCOMEPAGE_TEXT "musfuse shows a scattered music collection as one clean, read-only drive.$\r$\n$\r$\nIt is installed for you alone, and needs no administrator. A drive that is mounted is taken away while musfuse is updated; your library stays.$\r$\n$\r$\nThe drive is shown by WinFsp - Windows File System Proxy, Copyright (C) Bill Zissimopoulos, which is free software under the GPLv3 with an exception for free software: https://github.com/winfsp/winfsp"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
Page custom LogonPage LogonPageLeft
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN
!define MUI_FINISHPAGE_RUN_TEXT "Open a prompt with musfuse"
!define MUI_FINISHPAGE_RUN_FUNCTION OpenPrompt
!define MUI_FINISHPAGE_LINK "$HasWinFsp"
!define MUI_FINISHPAGE_LINK_LOCATION "${WINFSP_PAGE}"
!insertmacro MUI_PAGE_FINISH

UninstPage custom un.LibraryPage un.LibraryPageLeft
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

!include "${__FILEDIR__}/shared.nsh"
!define UN ""
!insertmacro Shared ""
!undef UN
!define UN "un."
!insertmacro Shared "un."
!undef UN
!define UN ""

Function .onInit
  ${IfNot} ${AtLeastWin10}
    ${Fail} ${FAILED} "musfuse needs Windows 10 or newer."
  ${EndIf}
  SetShellVarContext current
  ${Option} "/FORCE" $R1
  ${IfNot} ${Errors}
    StrCpy $Force "force"
  ${EndIf}
  ClearErrors
  ${Option} "/LOGON=" $Logon
  ClearErrors
  ${Option} "/DRIVE=" $LogonDrive
  ClearErrors
  StrCpy $LogonSource $Logon
  ${If} $Logon == "off"
    StrCpy $LogonSource ""
  ${EndIf}
  ${If} $LogonDrive != ""
  ${AndIf} $Logon == ""
    StrCpy $Logon "on"
  ${EndIf}
FunctionEnd

; Whether WinFsp is installed: its folder, or "". It writes its key where 32-bit programs look.
Function FindWinFsp
  SetRegView 32
  ReadRegStr $0 HKLM "SOFTWARE\WinFsp" "InstallDir"
  SetRegView 64
  ${If} $0 == ""
    ReadRegStr $0 HKLM "SOFTWARE\WinFsp" "InstallDir"
  ${EndIf}
  ClearErrors
  Push $0
FunctionEnd

!include "${__FILEDIR__}/logon.nsh"

Function CheckFolder
  StrLen $0 $INSTDIR
  ${If} $0 > ${LONGEST}
    ${Fail} ${FAILED} "$INSTDIR: longer than ${LONGEST} characters; name a shorter folder."
  ${EndIf}
  ${If} ${FileExists} "$INSTDIR\app\*.*"
  ${AndIfNot} ${FileExists} "$INSTDIR\app\${MARKER}"
    ${Fail} ${FAILED} "$INSTDIR\app is there, and not of musfuse; name another folder."
  ${EndIf}
  ; An update that was cut off between its two renames is undone.
  ${IfNot} ${FileExists} "$INSTDIR\app\*.*"
  ${AndIf} ${FileExists} "$INSTDIR\app.old\${MARKER}"
    Rename "$INSTDIR\app.old" "$INSTDIR\app"
  ${EndIf}
  Push "app.new"
  Call RemoveOurs
  Push "app.old"
  Call RemoveOurs
  ${If} ${FileExists} "$INSTDIR\app.new\*.*"
  ${OrIf} ${FileExists} "$INSTDIR\app.old\*.*"
    ${Fail} ${FAILED} "$INSTDIR: app.new or app.old cannot be removed; remove them, or name another folder."
  ${EndIf}
FunctionEnd

; Rename $R0 to $R1 below $INSTDIR, within some seconds: a scanner for viruses may hold new files open for a while.
; The error flag tells whether it failed.
Function RenameSoon
  StrCpy $9 0
  ${Do}
    ClearErrors
    Rename "$INSTDIR\$R0" "$INSTDIR\$R1"
    ${IfNot} ${Errors}
      Return
    ${EndIf}
    IntOp $9 $9 + 1
    Sleep 250
  ${LoopUntil} $9 == 40
  SetErrors
FunctionEnd

; Put app.new in the place of app.
Function Exchange
  ${If} ${FileExists} "$INSTDIR\app\*.*"
    StrCpy $R0 "app"
    StrCpy $R1 "app.old"
    Call RenameSoon
    ${If} ${Errors}
      Push "app.new"
      Call RemoveOurs
      ${Fail} ${IN_USE} "Something uses a file in $INSTDIR\app, and nothing was changed; close prompts and windows that show it."
    ${EndIf}
  ${EndIf}
  StrCpy $R0 "app.new"
  StrCpy $R1 "app"
  Call RenameSoon
  ${If} ${Errors}
    Rename "$INSTDIR\app.old" "$INSTDIR\app"
    ${Fail} ${FAILED} "$INSTDIR\app.new cannot be renamed; something uses it. musfuse is as it was."
  ${EndIf}
  Push "app.old"
  Call RemoveOurs
FunctionEnd

Function StartMenu
  SetOutPath "$PROFILE"
  RMDir /r "$SMPROGRAMS\musfuse"
  CreateDirectory "$SMPROGRAMS\musfuse"
  CreateShortCut "$SMPROGRAMS\musfuse\musfuse prompt.lnk" "$SYSDIR\cmd.exe" '/k "set "PATH=$INSTDIR\app\bin;%PATH%"&& musfuse --help"'
  CreateShortCut "$SMPROGRAMS\musfuse\How to use musfuse.lnk" "$WINDIR\notepad.exe" '"$INSTDIR\app\docs\usage.md"'
  CreateShortCut "$SMPROGRAMS\musfuse\About musfuse and its licences.lnk" "$WINDIR\notepad.exe" '"$INSTDIR\app\about.txt"'
  CreateShortCut "$SMPROGRAMS\musfuse\Uninstall musfuse.lnk" "$INSTDIR\Uninstall.exe"
  SetOutPath "$TEMP"
  ClearErrors
FunctionEnd

Function OpenPrompt
  ExecShell "open" "$SMPROGRAMS\musfuse\musfuse prompt.lnk"
FunctionEnd

Function Register
  WriteUninstaller "$INSTDIR\Uninstall.exe"
  WriteRegStr HKCU "${KEY}" "Folder" "$INSTDIR"
  WriteRegStr HKCU "${KEY}" "Version" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "musfuse"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "musfuse"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\app\bin\musfuse.exe"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\Uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\Uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" ${SIZE_KIB}
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
FunctionEnd

; Bring WinFsp, where it is missing and this installer has it: asked for, and by WinFsp's own installer.
Function BringWinFsp
  Call FindWinFsp
  Pop $0
  ${If} $0 != ""
    StrCpy $HasWinFsp ""
    Return
  ${EndIf}
  StrCpy $HasWinFsp "Get WinFsp, without which there is no drive: ${WINFSP_PAGE}"
!ifdef WINFSP
  ${Option} "/WINFSP" $R1
  ${If} ${Errors}
    ClearErrors
    ${IfNot} ${Cmd} `MessageBox MB_YESNO|MB_ICONQUESTION "The drive is shown by WinFsp, which is not installed. Install it now? It is for all users, so Windows asks for an administrator." /SD IDNO IDYES`
      Push "WinFsp is not installed; this installer has it: /WINFSP installs it, as an administrator."
      Call Say
      Return
    ${EndIf}
  ${EndIf}
  DetailPrint "Installing WinFsp..."
  SetOutPath "$PLUGINSDIR"
  File "/oname=winfsp.msi" "${WINFSP}"
  SetOutPath "$TEMP"
  ${If} ${Silent}
    ExecWait '"$SYSDIR\msiexec.exe" /i "$PLUGINSDIR\winfsp.msi" /qn /norestart' $0
  ${Else}
    ExecWait '"$SYSDIR\msiexec.exe" /i "$PLUGINSDIR\winfsp.msi" /passive /norestart' $0
  ${EndIf}
  ${If} $0 == 3010
    MessageBox MB_OK|MB_ICONINFORMATION "WinFsp is installed; its drives work after a restart." /SD IDOK
  ${ElseIf} $0 != 0
    ${Fail} ${FAILED} "musfuse is installed, but WinFsp is not: its installer ended with $0. Get it from ${WINFSP_PAGE}"
  ${EndIf}
  StrCpy $HasWinFsp ""
!else
  Push "WinFsp is not installed; get it from ${WINFSP_PAGE}"
  Call Say
!endif
FunctionEnd

Section
  SetShellVarContext current
  InitPluginsDir
  Delete "$TEMP\musfuse-setup.log"
  Call CheckFolder
  DetailPrint "Laying down musfuse ${VERSION}..."
  StrCpy $Target "$INSTDIR\app.new"
  !include files.nsh
  SetOutPath "$TEMP" ; a folder that a program stands in cannot be renamed
  Call EndRunning
  Call Exchange
  Call Register
  ${Setup} path-add '"$INSTDIR\app\bin"'
  ${If} $0 != 0
    ${Fail} ${FAILED} "musfuse is installed, but not in your PATH: $Said"
  ${EndIf}
  Call StartMenu
  Call SetLogon
  Call BringWinFsp
  Push "musfuse ${VERSION} is installed in $INSTDIR."
  Call Say
SectionEnd

; A file could not be written.
Function .onInstFailed
  SetOutPath "$TEMP"
  Push "app.new"
  Call RemoveOurs
  RMDir "$INSTDIR" ; only if nothing else is in it
  Push "$INSTDIR: not all files could be written, and nothing was changed; is there room for ${SIZE_KIB} KiB?"
  Call Say
  SetErrorLevel ${FAILED}
FunctionEnd

!include "${__FILEDIR__}/uninstall.nsh"
