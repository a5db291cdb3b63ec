; What installer and uninstaller share: each has the functions under names of its own, with `un.` in front.

; Say why nothing came of it, and end.
!macro Fail code text
  Push "${text}"
  Push ${code}
  Call ${UN}Fail
!macroend
!define Fail "!insertmacro Fail"

; Have the installed Python do something: its exit code into $0, what it says into $Said. Arguments are quoted.
!macro Setup action arguments
  Push '${arguments}'
  Push "${action}"
  Call ${UN}Setup
!macroend
!define Setup "!insertmacro Setup"

; What stands behind an option of the command line into a variable; the error flag where it is not there.
!macro Option name variable
  Push "${name}"
  Call ${UN}Option
  Pop ${variable}
  ${If} ${Errors}
    StrCpy ${variable} ""
    SetErrors
  ${EndIf}
!macroend
!define Option "!insertmacro Option"

!macro Shared un
Function ${un}Say
  Exch $R0
  Push $R1
  FileOpen $R1 "$TEMP\musfuse-setup.log" a
  ${IfNot} ${Errors}
    FileSeek $R1 0 END
    FileWriteUTF16LE $R1 "$R0$\r$\n"
    FileClose $R1
  ${EndIf}
  ClearErrors
  Pop $R1
  Pop $R0
FunctionEnd

Function ${un}Fail
  Pop $0
  Pop $1
  Push $1
  Call ${un}Say
  MessageBox MB_OK|MB_ICONSTOP "$1" /SD IDOK
  SetErrorLevel $0
  SetOutPath $TEMP
  Quit
FunctionEnd

Function ${un}Setup
  Pop $1
  Pop $2
  StrCpy $Said ""
  SetDetailsPrint none
  Delete "$PLUGINSDIR\said.txt"
  nsExec::Exec '"$INSTDIR\app\python.exe" -X utf8 -m musfuse_setup $1 "$PLUGINSDIR\said.txt" $2'
  Pop $0
  ClearErrors
  FileOpen $3 "$PLUGINSDIR\said.txt" r
  ${IfNot} ${Errors}
    FileReadUTF16LE $3 $Said
    FileClose $3
  ${EndIf}
  SetDetailsPrint both
  ClearErrors
FunctionEnd

; What stands behind an option on the command line, onto the stack; the error flag where it is not there. FileFunc's macro
; does not find options that are quoted as a whole, as PowerShell and programs quote them.
Function ${un}Option
  Exch $0
  Push $1
  Push $2
  Push $3
  Push $4
  Push $5
  StrLen $5 $0
  System::Call 'kernel32::GetCommandLineW() p .r1'
  System::Call 'shell32::CommandLineToArgvW(p r1, *i .r2) p .r3'
  StrCpy $1 $3
  SetErrors
  ${DoWhile} $2 > 0
    System::Call '*$3(w .r4)'
    StrCpy $6 $4 3
    ${If} $6 == "/D="
      ${ExitDo} ; NSIS takes all that follows for a folder
    ${EndIf}
    StrCpy $6 $4 $5
    ${If} $6 == $0
      StrCpy $0 $4 "" $5
      ClearErrors
      ${ExitDo}
    ${EndIf}
    IntPtrOp $3 $3 + 8
    IntOp $2 $2 - 1
  ${Loop}
  System::Call 'kernel32::LocalFree(p r1)'
  Pop $5
  Pop $4
  Pop $3
  Pop $2
  Pop $1
  Exch $0
FunctionEnd

; Whether somebody runs the program in $INSTDIR\app still: "yes" or "". A program that runs cannot be opened for writing.
Function ${un}IsRunning
  Push $0
  Push $1
  StrCpy $1 ""
  ClearErrors
  ${If} ${FileExists} "$INSTDIR\app\python311.dll"
    FileOpen $0 "$INSTDIR\app\python311.dll" a
    ${If} ${Errors}
      StrCpy $1 "yes"
    ${Else}
      FileClose $0
    ${EndIf}
  ${EndIf}
  ClearErrors
  Exch $1
  Exch
  Pop $0
FunctionEnd

; End the processes that own libraries, and wait until nothing runs in $INSTDIR\app. Quits where files are open on a drive.
Function ${un}EndRunning
  ${IfNot} ${FileExists} "$INSTDIR\app\python.exe"
    Return
  ${EndIf}
  DetailPrint "Taking drives away..."
again:
  ${Setup} end "$Force"
  ${If} $0 == ${IN_USE}
    ${If} ${Cmd} `MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "A drive of musfuse is in use. Close the programs that use it, then try again.$\r$\n$\r$\n$Said" /SD IDCANCEL IDRETRY`
      Goto again
    ${EndIf}
    ${Fail} ${IN_USE} "A drive of musfuse is in use, and nothing was changed: $Said"
  ${EndIf}
  ; Any other failure may be the old version's own; what counts is whether it runs.
  StrCpy $9 0
  ${Do}
    Call ${un}IsRunning
    Pop $8
    ${If} $8 == ""
      ${ExitDo}
    ${EndIf}
    ${If} $9 == 20
      ${If} ${Cmd} `MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "musfuse runs still, perhaps in a prompt. End it, then try again.$\r$\n$\r$\n$Said" /SD IDCANCEL IDRETRY`
        Goto again
      ${EndIf}
      ${Fail} ${IN_USE} "musfuse runs still, and nothing was changed. $Said"
    ${EndIf}
    IntOp $9 $9 + 1
    Sleep 250
  ${Loop}
FunctionEnd

; Remove a folder below $INSTDIR, if it is one that this installer laid down.
Function ${un}RemoveOurs
  Exch $R0
  ${If} ${FileExists} "$INSTDIR\$R0\${MARKER}"
    RMDir /r "$INSTDIR\$R0"
  ${EndIf}
  ClearErrors
  Pop $R0
FunctionEnd
!macroend

