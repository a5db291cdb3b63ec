; Whether a drive is mounted whenever the user logs on: the page that asks, and what makes it so.

Function LogonPage
  !insertmacro MUI_HEADER_TEXT "Mount at logon" "Whether your drive is there whenever you log on"
  nsDialogs::Create 1018
  Pop $0
  ReadRegStr $1 HKCU "${RUN_KEY}" "musfuse"
  ReadRegStr $LogonSource HKCU "${KEY}" "LogonSource"
  ReadRegStr $LogonDrive HKCU "${KEY}" "LogonDrive"
  ClearErrors
  ${NSD_CreateCheckbox} 0 0 100% 12u "&Mount my music when I log on"
  Pop $Box
  ${If} $1 != ""
    ${NSD_Check} $Box
  ${EndIf}
  ${NSD_CreateLabel} 0 22u 100% 20u "Folder with music. Leave it empty to mount the library as it is, with the sources that you gave it."
  Pop $0
  ${NSD_CreateDirRequest} 0 44u 78% 13u "$LogonSource"
  Pop $SourceField
  ${NSD_CreateBrowseButton} 80% 44u 20% 13u "&Browse..."
  Pop $0
  ${NSD_OnClick} $0 BrowseSource
  ${NSD_CreateLabel} 0 68u 100% 10u "Drive"
  Pop $0
  ${NSD_CreateDropList} 0 80u 40% 80u ""
  Pop $DriveField
  ${NSD_CB_AddString} $DriveField "next free letter"
  StrCpy $2 68 ; D
  ${DoWhile} $2 <= 90
    IntFmt $3 "%c:" $2
    ${NSD_CB_AddString} $DriveField $3
    IntOp $2 $2 + 1
  ${Loop}
  ${If} $LogonDrive == ""
    StrCpy $LogonDrive "M:"
  ${ElseIf} $LogonDrive == "*"
    StrCpy $LogonDrive "next free letter"
  ${EndIf}
  ${NSD_CB_SelectString} $DriveField $LogonDrive
  nsDialogs::Show
FunctionEnd

Function BrowseSource
  ${NSD_GetText} $SourceField $0
  nsDialogs::SelectFolderDialog "Folder with music" "$0"
  Pop $0
  ${If} $0 != "error"
    ${NSD_SetText} $SourceField $0
  ${EndIf}
FunctionEnd

Function LogonPageLeft
  ${NSD_GetState} $Box $0
  ${NSD_GetText} $SourceField $LogonSource
  ${NSD_GetText} $DriveField $LogonDrive
  ${If} $LogonDrive == "next free letter"
    StrCpy $LogonDrive "*"
  ${EndIf}
  ${If} $0 == ${BST_CHECKED}
    StrCpy $Logon "on"
    ${If} $LogonSource != ""
    ${AndIfNot} ${FileExists} "$LogonSource\*.*"
      MessageBox MB_OK|MB_ICONEXCLAMATION "$LogonSource: there is no such folder; name another one."
      Abort
    ${EndIf}
  ${Else}
    StrCpy $Logon "off"
  ${EndIf}
FunctionEnd

Function SetLogon
  ${If} $Logon == ""
    Return
  ${EndIf}
  ${If} $Logon == "off"
    ${Setup} logon-off ""
    DeleteRegValue HKCU "${KEY}" "LogonSource"
    DeleteRegValue HKCU "${KEY}" "LogonDrive"
    ClearErrors
    Return
  ${EndIf}
  ${If} $LogonDrive == ""
    StrCpy $LogonDrive "*"
  ${EndIf}
  System::Call 'kernel32::SetEnvironmentVariableW(w "MUSFUSE_SETUP_SOURCE", w "$LogonSource")'
  System::Call 'kernel32::SetEnvironmentVariableW(w "MUSFUSE_SETUP_DRIVE", w "$LogonDrive")'
  ${Setup} logon-on '"$INSTDIR\app\bin\musfusew.exe"'
  ${If} $0 != 0
    ${Fail} ${FAILED} "musfuse is installed, but its drive cannot be mounted at logon: $Said"
  ${EndIf}
  WriteRegStr HKCU "${KEY}" "LogonSource" "$LogonSource"
  WriteRegStr HKCU "${KEY}" "LogonDrive" "$LogonDrive"
FunctionEnd
