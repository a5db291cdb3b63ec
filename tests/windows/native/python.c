/* python.exe: the wheel that brings python311.dll brings no program that starts it. */
#include <stdio.h>
#include <windows.h>

typedef int (*Main)(int, wchar_t **);

void mend_final_paths(void); /* finalpath.c */

int wmain(int count, wchar_t **arguments)
{
    HMODULE library = LoadLibraryW(L"python311.dll");
    Main start = library ? (Main)(void *)GetProcAddress(library, "Py_Main") : NULL;
    if (!start) {
        fprintf(stderr, "python311.dll cannot be loaded: error %lu\n", GetLastError());
        return 9;
    }
    mend_final_paths();
    return start(count, arguments);
}
