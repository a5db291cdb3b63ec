/* winfsp-x64.dll as far as it goes without the driver: volumes are made, mounted, and taken away, but nobody asks them
   anything. MountedInterface lends out the callbacks of a volume, so that the simulated kernel of tests/winfsp can.

   A folder is made as WinFsp makes it. For a letter, a file `want-X` in the folder of WINFSP_TEST_LETTERS asks the
   tests to make the drive, `gone-X` to take it away: Wine's letters are links outside of Windows. */
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>
#undef interface /* rpc.h's word for a struct */

#define EXPORT __declspec(dllexport)
#define NAME_COLLISION 0xC0000035u
#define NOT_THERE 0xC0000034u
#define PATIENCE_MS 10000

/* The beginning of FSP_FILE_SYSTEM, as WinFsp 2 documents it. */
typedef struct {
    UINT16 version;
    void *user_context;
    WCHAR volume_name[256];
    HANDLE volume_handle;
    void *enter, *leave;
    void *operations[22];
    const void *interface;
    HANDLE dispatcher;
    ULONG threads;
    ULONG result;
    WCHAR *mountpoint;
    HANDLE mount_handle;
    UINT32 debug_log;
    int guard_strategy;
    SRWLOCK guard;
    BOOLEAN some_flags[2];
    UINT16 more_flags;
} Volume;

static Volume *volumes[64];
static ULONG started_threads;

static BOOL is_letter(const WCHAR *mountpoint)
{
    return wcslen(mountpoint) == 2 && mountpoint[1] == L':';
}

static BOOL has_letter(WCHAR letter)
{
    WCHAR root[] = {letter, L':', L'\\', 0}; /* Wine's GetLogicalDrives tells of no new links */
    return GetFileAttributesW(root) != INVALID_FILE_ATTRIBUTES;
}

static BOOL ask_for(const WCHAR *what, WCHAR letter, BOOL wanted)
{
    WCHAR folder[512], file[600];
    DWORD length = GetEnvironmentVariableW(L"WINFSP_TEST_LETTERS", folder, 512);
    if (!length || length >= 512)
        return FALSE;
    swprintf(file, 600, L"%ls\\%ls-%lc", folder, what, towupper(letter));
    HANDLE made = CreateFileW(file, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    if (made == INVALID_HANDLE_VALUE)
        return FALSE;
    CloseHandle(made);
    for (int waited = 0; waited < PATIENCE_MS && has_letter(letter) != wanted; waited += 20)
        Sleep(20);
    return has_letter(letter) == wanted;
}

EXPORT UINT32 FspFileSystemPreflight(WCHAR *device, WCHAR *mountpoint)
{
    (void)device;
    if (is_letter(mountpoint))
        return has_letter(mountpoint[0]) ? NAME_COLLISION : 0;
    return GetFileAttributesW(mountpoint) == INVALID_FILE_ATTRIBUTES ? 0 : NAME_COLLISION;
}

EXPORT UINT32 FspFileSystemCreate(WCHAR *device, const void *params, const void *interface, Volume **made)
{
    (void)device, (void)params;
    *made = calloc(1, sizeof **made);
    (*made)->version = sizeof **made;
    (*made)->interface = interface;
    for (int at = 0; at < 64; at++)
        if (!volumes[at]) {
            volumes[at] = *made;
            break;
        }
    return 0;
}

EXPORT UINT32 FspFileSystemSetMountPoint(Volume *volume, WCHAR *mountpoint)
{
    if (is_letter(mountpoint) ? !ask_for(L"want", mountpoint[0], TRUE) : !CreateDirectoryW(mountpoint, NULL))
        return is_letter(mountpoint) || GetLastError() != ERROR_ALREADY_EXISTS ? NOT_THERE : NAME_COLLISION;
    volume->mountpoint = _wcsdup(mountpoint);
    return 0;
}

EXPORT void FspFileSystemDelete(Volume *volume)
{
    for (int at = 0; at < 64; at++)
        if (volumes[at] == volume)
            volumes[at] = NULL;
    if (volume->mountpoint && is_letter(volume->mountpoint))
        ask_for(L"gone", volume->mountpoint[0], FALSE);
    else if (volume->mountpoint)
        RemoveDirectoryW(volume->mountpoint);
    free(volume->mountpoint);
    free(volume);
}

EXPORT UINT32 FspFileSystemStartDispatcher(Volume *volume, ULONG threads)
{
    (void)volume;
    started_threads = threads;
    return 0;
}

EXPORT void FspFileSystemStopDispatcher(Volume *volume)
{
    (void)volume;
}

/* An entry of a folder, or its end, put into a buffer as the driver wants them: each on a multiple of 8 bytes. */
EXPORT BOOLEAN FspFileSystemAddDirInfo(const UINT16 *info, BYTE *buffer, ULONG length, ULONG *transferred)
{
    static const UINT16 end = 0;
    ULONG size = info ? *info : sizeof end, room = info ? (size + 7) / 8 * 8 : size;
    if (*transferred + room > length)
        return FALSE;
    memcpy(buffer + *transferred, info ? info : &end, size);
    *transferred += room;
    return TRUE;
}

static ULONG notified;

EXPORT UINT32 FspFileSystemNotifyBegin(Volume *volume, ULONG timeout)
{
    (void)volume, (void)timeout;
    return 0;
}

EXPORT UINT32 FspFileSystemNotify(Volume *volume, const void *infos, SIZE_T size)
{
    (void)volume, (void)infos;
    notified += size > 0;
    return 0;
}

EXPORT UINT32 FspFileSystemNotifyEnd(Volume *volume)
{
    (void)volume;
    return 0;
}

/* For the tests: how often changes were told. */
EXPORT ULONG Notified(void)
{
    return notified;
}

/* For the tests: the callbacks of the volume that is mounted at a place, and with how many threads it was started. */
EXPORT const void *MountedInterface(const WCHAR *mountpoint)
{
    for (int at = 0; at < 64; at++)
        if (volumes[at] && volumes[at]->mountpoint && !wcscmp(volumes[at]->mountpoint, mountpoint))
            return volumes[at]->interface;
    return NULL;
}

EXPORT Volume *MountedVolume(const WCHAR *mountpoint)
{
    for (int at = 0; at < 64; at++)
        if (volumes[at] && volumes[at]->mountpoint && !wcscmp(volumes[at]->mountpoint, mountpoint))
            return volumes[at];
    return NULL;
}

EXPORT ULONG StartedThreads(void)
{
    return started_threads;
}
