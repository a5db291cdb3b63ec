; The uninstaller. Options: /S, /FORCE, /REMOVELIBRARY. Exit codes as the installer's.

!undef UN
!define UN "un."

Function un.onInit
  SetShellVarContext current
  ${Option} "/FORCE" $R1
  ${IfNot} ${Errors}
    StrCpy $Force "force"
  ${EndIf}
  ClearErrors
  ${Option} "/REMOVELIBRARY" $R1
  ${IfNot} ${Errors}
    StrCpy $Purge "yes"
  ${EndIf}
  ClearErrors
FunctionEnd

Function un.LibraryPage
  !insertmacro MUI_HEADER_TEXT "Uninstall musfuse" "Your music is never touched"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateLabel} 0 0 100% 44u "musfuse is removed from $INSTDIR. WinFsp stays: other programs may use it.$\r$\n$\r$\nYour library stays, too: what you said of your music (tags, pictures, views, sources), and the configuration. Installed again, musfuse goes on with it."
  Pop $0
  ${NSD_CreateCheckbox} 0 56u 100% 12u "&Remove my library and configuration as well ($LOCALAPPDATA\musfuse)"
  Pop $Box
  nsDialogs::Show
FunctionEnd

Function un.LibraryPageLeft
  ${NSD_GetState} $Box $0
  ${If} $0 == ${BST_CHECKED}
    StrCpy $Purge "yes"
  ${EndIf}
FunctionEnd

Section Uninstall
  SetShellVarContext current
  InitPluginsDir
  Delete "$TEMP\musfuse-setup.log"
  ${IfNot} ${FileExists} "$INSTDIR\app\${MARKER}"
    ${Fail} ${FAILED} "$INSTDIR: musfuse is not there."
  ${EndIf}
  SetOutPath "$TEMP"
  Call un.EndRunning
  ReadRegStr $1 HKCU "${KEY}" "Folder" ; as it was written there: the same folder may have another name now
  ClearErrors
  ${Setup} path-remove '"$INSTDIR\app\bin" "$1\app\bin"'
  ${If} $0 != 0
    Push "Your PATH has $INSTDIR\app\bin still: $Said"
    Call un.Say
  ${EndIf}
  ${Setup} logon-off ""
  ${If} $Purge == "yes"
    ${Setup} remove-library '"$INSTDIR"'
    ${If} $0 != 0
      ${Fail} ${FAILED} "Your library cannot be removed, so musfuse stays as well: $Said"
    ${EndIf}
  ${EndIf}
  Push "app"
  Call un.RemoveOurs
  Push "app.old"
  Call un.RemoveOurs
  Push "app.new"
  Call un.RemoveOurs
  RMDir /r "$SMPROGRAMS\musfuse"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  DeleteRegKey HKCU "${KEY}"
  Delete "$INSTDIR\Uninstall.exe"
  RMDir "$INSTDIR"
  ClearErrors
  ${If} ${FileExists} "$INSTDIR\app\*.*"
    ${Fail} ${FAILED} "$INSTDIR\app: some of it could not be removed; remove that folder by hand."
  ${EndIf}
  Push "musfuse is removed."
  Call un.Say
SectionEnd
