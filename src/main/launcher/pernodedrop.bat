@echo off
rem Runs the jar beside this script with the JVM options that PerNodeDrop needs: pernodedrop train --data spambase
rem JAVA_HOME names the Java to run (17 or later; the one on the PATH by default), JAVA_OPTS further JVM options.
setlocal
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
set "JAR="
for %%J in ("%~dp0pernodedrop-*-cli.jar") do set "JAR=%%~fJ"
if not defined JAR (
    echo pernodedrop: there is no pernodedrop-VERSION-cli.jar in %~dp0 1>&2
    exit /b 1
)
"%JAVA%" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED %JAVA_OPTS% -jar "%JAR%" %*
