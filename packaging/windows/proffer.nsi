; An installer for one user, who need be no administrator, made by makensis alone, on whatever system that runs:
;
;   makensis -DVERSION=0.1.0 -DNUMBERS=0.1.0.0 -DBUILT=FOLDER -DOUTPUT=FILE packaging/windows/proffer.nsi
;
; FOLDER holds what is installed. Places and names are those of the releases' installer, so that either replaces the other.
Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma

!include LogicLib.nsh
!include MUI2.nsh
!include Win/COM.nsh
!include Win/Propkey.nsh

!define PROGRAM "proffer.exe"
!define APP_ID "app.proffer.desk"
!define SCHEME "Software\Classes\proffer"
!define ENTRY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Proffer"
!define RUN "Software\Microsoft\Windows\CurrentVersion\Run"
; Where Microsoft's runtime of web views says that it is here.
!define WEBVIEW "Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"

Name "Proffer"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Proffer"
InstallDirRegKey HKCU "${ENTRY}" "InstallLocation"
RequestExecutionLevel user
ManifestDPIAware true
BrandingText "Proffer ${VERSION}"
!define MUI_ICON "../../icons/icon.ico"
!define MUI_UNICON "../../icons/icon.ico"
!define MUI_FINISHPAGE_RUN "$INSTDIR\${PROGRAM}"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"
!insertmacro MUI_LANGUAGE "Spanish"
!insertmacro MUI_LANGUAGE "Japanese"

VIProductVersion "${NUMBERS}"
VIAddVersionKey /LANG=${LANG_ENGLISH} "ProductName" "Proffer"
VIAddVersionKey /LANG=${LANG_ENGLISH} "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=${LANG_ENGLISH} "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=${LANG_ENGLISH} "FileDescription" "Proffer"
VIAddVersionKey /LANG=${LANG_ENGLISH} "CompanyName" "The Proffer developers"
VIAddVersionKey /LANG=${LANG_ENGLISH} "LegalCopyright" "The Proffer developers"

LangString Running ${LANG_ENGLISH} "Proffer is running. Quit it from its icon beside the clock, then try again."
LangString Running ${LANG_GERMAN} "Proffer läuft. Beenden Sie es über sein Symbol neben der Uhr und versuchen Sie es noch einmal."
LangString Running ${LANG_SPANISH} "Proffer está abierto. Ciérrelo desde su icono junto al reloj y vuelva a intentarlo."
LangString Running ${LANG_JAPANESE} "Proffer が実行中です。時計の横のアイコンから終了して、もう一度お試しください。"
LangString NoWebView ${LANG_ENGLISH} "This Windows lacks the WebView2 runtime that Proffer's window is drawn with. Install it from Microsoft; Proffer is installed all the same."
LangString NoWebView ${LANG_GERMAN} "Diesem Windows fehlt die WebView2-Laufzeit, mit der das Fenster von Proffer gezeichnet wird. Installieren Sie sie von Microsoft; Proffer wird trotzdem installiert."
LangString NoWebView ${LANG_SPANISH} "A este Windows le falta el entorno WebView2 con el que se dibuja la ventana de Proffer. Instálelo desde Microsoft; Proffer se instala de todos modos."
LangString NoWebView ${LANG_JAPANESE} "この Windows には、Proffer のウィンドウの描画に必要な WebView2 ランタイムがありません。Microsoft から入手してください。Proffer のインストールは続行します。"

; A program that runs can be neither replaced nor removed, and what it holds is not to be lost.
!macro MustNotRun
  ${If} ${FileExists} "$INSTDIR\${PROGRAM}"
    ClearErrors
    FileOpen $0 "$INSTDIR\${PROGRAM}" a
    ${If} ${Errors}
      MessageBox MB_OK|MB_ICONEXCLAMATION "$(Running)" /SD IDOK
      SetErrorLevel 2
      Quit
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

Section "Proffer"
  !insertmacro MustNotRun
  SetOutPath "$INSTDIR"
  File /r "${BUILT}/*"
  WriteUninstaller "$INSTDIR\uninstall.exe"

  CreateShortcut "$SMPROGRAMS\Proffer.lnk" "$INSTDIR\${PROGRAM}"
  Call NameShortcut

  WriteRegStr HKCU "${SCHEME}" "" "URL:Proffer"
  WriteRegStr HKCU "${SCHEME}" "URL Protocol" ""
  WriteRegStr HKCU "${SCHEME}\DefaultIcon" "" '"$INSTDIR\${PROGRAM}",0'
  WriteRegStr HKCU "${SCHEME}\shell\open\command" "" '"$INSTDIR\${PROGRAM}" "%1"'

  WriteRegStr HKCU "${ENTRY}" "DisplayName" "Proffer"
  WriteRegStr HKCU "${ENTRY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${ENTRY}" "DisplayIcon" '"$INSTDIR\${PROGRAM}"'
  WriteRegStr HKCU "${ENTRY}" "Publisher" "The Proffer developers"
  WriteRegStr HKCU "${ENTRY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${ENTRY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${ENTRY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${ENTRY}" "NoModify" 1
  WriteRegDWORD HKCU "${ENTRY}" "NoRepair" 1

  SetRegView 32
  ReadRegStr $0 HKLM "SOFTWARE\${WEBVIEW}" "pv"
  SetRegView 64
  ${If} $0 == ""
    ReadRegStr $0 HKCU "Software\${WEBVIEW}" "pv"
  ${EndIf}
  ${If} $0 == ""
    MessageBox MB_OK|MB_ICONINFORMATION "$(NoWebView)" /SD IDOK
  ${EndIf}
SectionEnd

; Windows shows toasts only under a name that a shortcut has.
Function NameShortcut
  !insertmacro ComHlpr_CreateInProcInstance ${CLSID_ShellLink} ${IID_IShellLink} r0 ""
  ${If} $0 P<> 0
    ${IUnknown::QueryInterface} $0 '("${IID_IPersistFile}",.r1)'
    ${If} $1 P<> 0
      ${IPersistFile::Load} $1 '("$SMPROGRAMS\Proffer.lnk",${STGM_READWRITE})'
      ${IUnknown::QueryInterface} $0 '("${IID_IPropertyStore}",.r2)'
      ${If} $2 P<> 0
        System::Call 'OLEAUT32::SysAllocString(w "${APP_ID}")p.r3'
        System::Call '*${SYSSTRUCT_PROPERTYKEY}(${PKEY_AppUserModel_ID})p.r4'
        System::Call '*${SYSSTRUCT_PROPVARIANT}(${VT_BSTR},,&p${NSIS_PTR_SIZE} $3)p.r5'
        ${IPropertyStore::SetValue} $2 '($4,$5)'
        ${IPropertyStore::Commit} $2 ""
        System::Call 'OLEAUT32::SysFreeString(pr3)'
        System::Free $4
        System::Free $5
        ${IUnknown::Release} $2 ""
        ${IPersistFile::Save} $1 '("$SMPROGRAMS\Proffer.lnk",1)'
      ${EndIf}
      ${IUnknown::Release} $1 ""
    ${EndIf}
    ${IUnknown::Release} $0 ""
  ${EndIf}
FunctionEnd

; What the expert has written stays: %LOCALAPPDATA%\app.proffer.desk is not touched.
Section "Uninstall"
  !insertmacro MustNotRun
  Delete "$INSTDIR\${PROGRAM}"
  Delete "$INSTDIR\WebView2Loader.dll"
  Delete "$INSTDIR\LICENSE-APACHE"
  Delete "$INSTDIR\LICENSE-MIT"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Proffer.lnk"
  DeleteRegKey HKCU "${SCHEME}"
  DeleteRegKey HKCU "${ENTRY}"
  DeleteRegValue HKCU "${RUN}" "Proffer"
SectionEnd
