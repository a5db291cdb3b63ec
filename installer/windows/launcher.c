/* Starts musfuse in this very process: the console, Ctrl-C, the command line in Unicode and the exit code are the
 * program's own, as they would not be behind a batch file or a second process.
 *
 * It lies in `bin` below the folder of the program, which holds CPython. WITHOUT_CONSOLE makes the program for what has
 * no console, such as a logon: the module that it runs shows in a box what failed.
 */
#define _WIN32_WINNT 0x0A00
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

#define UNITS 32768 /* no path of Windows is longer */

typedef int (*run_python)(int, wchar_t **);

static void complain(const wchar_t *what) {
    wchar_t text[UNITS + 128];
    swprintf(text, sizeof text / sizeof *text, L"%ls\nError %lu of Windows. Installing musfuse anew mends that.", what,
             GetLastError());
#ifdef WITHOUT_CONSOLE
    MessageBoxW(NULL, text, L"musfuse", MB_ICONERROR | MB_SETFOREGROUND);
#else
    fwprintf(stderr, L"musfuse: %ls\n", text);
#endif
}

/* The folder of the program, without a backslash at its end; this file lies in a folder below it. */
static int find_home(wchar_t *home) {
    DWORD length = GetModuleFileNameW(NULL, home, UNITS);
    if (length == 0 || length >= UNITS) return 0;
    for (int above = 0; above < 2; above++) {
        wchar_t *end = wcsrchr(home, L'\\');
        if (end == NULL) return 0;
        *end = 0;
    }
    return 1;
}

/* Python, with its folder among those where DLLs are looked for: what modules need of its own (the C++ runtime) lies
 * there, not beside this program. */
static run_python load_python(const wchar_t *home) {
    static wchar_t path[UNITS + 32];
    AddDllDirectory(home);
    swprintf(path, sizeof path / sizeof *path, L"%ls\\python311.dll", home);
    HMODULE library = LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (library == NULL) {
        static wchar_t what[UNITS + 64];
        swprintf(what, sizeof what / sizeof *what, L"%ls cannot be loaded.", path);
        complain(what);
        return NULL;
    }
    return (run_python)(void *)GetProcAddress(library, "Py_Main");
}

/* Run `python.exe -X utf8 -m MODULE` with the arguments behind the first. */
static int run(int count, wchar_t **arguments, wchar_t *module) {
    static wchar_t home[UNITS], interpreter[UNITS + 32];
    wchar_t *before[] = {interpreter, L"-X", L"utf8", L"-m", module};
    int many = sizeof before / sizeof *before;
    if (!find_home(home)) {
        complain(L"The folder of musfuse cannot be found.");
        return EXIT_FAILURE;
    }
    run_python python = load_python(home);
    wchar_t **all = calloc(many + count, sizeof *all);
    if (python == NULL || all == NULL) return EXIT_FAILURE;
    swprintf(interpreter, sizeof interpreter / sizeof *interpreter, L"%ls\\python.exe", home);
    SetEnvironmentVariableW(L"PYTHONUTF8", L"1"); /* for the processes that musfuse starts */
    for (int i = 0; i < many; i++) all[i] = before[i];
    for (int i = 1; i < count; i++) all[many + i - 1] = arguments[i];
    return python(many + count - 1, all);
}

#ifdef WITHOUT_CONSOLE

int WINAPI wWinMain(HINSTANCE self, HINSTANCE before, LPWSTR line, int how) {
    (void)self, (void)before, (void)line, (void)how;
    return run(__argc, __wargv, L"musfuse_windowless");
}

#else

int wmain(int count, wchar_t **arguments) {
    return run(count, arguments, L"musfuse");
}

#endif
