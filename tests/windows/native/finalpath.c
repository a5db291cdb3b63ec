/* GetFinalPathNameByHandleW as Windows has it, in the place of Wine 8's: that one gives up at 260 characters, and tells of
   a share's files as of those in the folder that stands for it, `dosdevices/unc/SERVER/SHARE`. */
#include <wchar.h>
#include <windows.h>
#include <winternl.h>

#define LONGEST 32768
#define NAME_INFORMATION 1 /* ObjectNameInformation */

static const WCHAR SHARES[] = L"\\dosdevices\\unc\\", PREFIX[] = L"\\??\\";

static const WCHAR *below_shares(const WCHAR *name)
{
    for (; *name; name++)
        if (!_wcsnicmp(name, SHARES, wcslen(SHARES)))
            return name + wcslen(SHARES);
    return NULL;
}

/* Only as CPython and musfuse ask: the drive's name, links resolved (flags 0). */
static DWORD WINAPI final_path(HANDLE file, WCHAR *path, DWORD room, DWORD flags)
{
    ULONG size = sizeof(UNICODE_STRING) + (LONGEST + 1) * sizeof(WCHAR);
    UNICODE_STRING *name = calloc(1, size);
    DWORD length = 0;
    NTSTATUS status = NtQueryObject(file, NAME_INFORMATION, name, size - sizeof(WCHAR), NULL);
    if (flags || status || wcsncmp(name->Buffer, PREFIX, wcslen(PREFIX)))
        SetLastError(status ? RtlNtStatusToDosError(status) : ERROR_PATH_NOT_FOUND);
    else {
        const WCHAR *share = below_shares(name->Buffer);
        const WCHAR *start = share ? L"\\\\?\\UNC\\" : L"\\\\?\\", *rest = share ? share : name->Buffer + wcslen(PREFIX);
        length = wcslen(start) + wcslen(rest);
        if (length < room)
            wcscat(wcscpy(path, start), rest);
        else
            length++;
    }
    free(name);
    return length;
}

/* Have all who call Wine's come here: it begins with a jump then. */
void mend_final_paths(void)
{
    BYTE jump[] = {0x48, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xE0}; /* mov rax, ADDRESS; jmp rax */
    void *to = (void *)final_path, *from = (void *)GetProcAddress(GetModuleHandleW(L"kernelbase.dll"), "GetFinalPathNameByHandleW");
    DWORD before;
    if (!from || !GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version"))
        return;
    memcpy(jump + 2, &to, sizeof to);
    if (VirtualProtect(from, sizeof jump, PAGE_EXECUTE_READWRITE, &before)) {
        memcpy(from, jump, sizeof jump);
        VirtualProtect(from, sizeof jump, before, &before);
    }
}
