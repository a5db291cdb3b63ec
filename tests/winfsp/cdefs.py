"""Declarations after WinFsp's public API documentation, as far as winfspy's Python layer uses them."""

CDEFS = """
typedef char16_t WCHAR; typedef WCHAR *PWSTR; typedef void *PVOID; typedef unsigned char BOOLEAN;
typedef uint16_t UINT16; typedef uint32_t UINT32; typedef uint64_t UINT64; typedef uint32_t ULONG; typedef uint32_t DWORD;
typedef uint32_t NTSTATUS; typedef size_t SIZE_T;
typedef struct { uint8_t bytes[1]; } SECURITY_DESCRIPTOR;

typedef struct {
    UINT16 Version, SectorSize, SectorsPerAllocationUnit, MaxComponentLength;
    UINT64 VolumeCreationTime;
    UINT32 VolumeSerialNumber, TransactTimeout, IrpTimeout, IrpCapacity, FileInfoTimeout, Flags;
    WCHAR Prefix[192];
    WCHAR FileSystemName[16];
    UINT32 MoreFlags, VolumeInfoTimeout, DirInfoTimeout, SecurityTimeout, StreamInfoTimeout, EaTimeout;
    UINT32 FsextControlCode, Reserved32[1];
    UINT64 Reserved64[2];
} FSP_FSCTL_VOLUME_PARAMS;

typedef struct { UINT64 TotalSize, FreeSize; UINT16 VolumeLabelLength; WCHAR VolumeLabel[32]; } FSP_FSCTL_VOLUME_INFO;

typedef struct {
    UINT32 FileAttributes, ReparseTag;
    UINT64 AllocationSize, FileSize, CreationTime, LastAccessTime, LastWriteTime, ChangeTime, IndexNumber;
    UINT32 HardLinks, EaSize;
} FSP_FSCTL_FILE_INFO;

typedef struct { FSP_FSCTL_FILE_INFO FileInfo; PWSTR NormalizedName; UINT16 NormalizedNameSize; } FSP_FSCTL_OPEN_FILE_INFO;

typedef struct { UINT16 Size; FSP_FSCTL_FILE_INFO FileInfo; uint8_t Padding[24]; WCHAR FileNameBuf[]; } FSP_FSCTL_DIR_INFO;

typedef struct { UINT16 Version; PVOID UserContext; uint8_t Rest[776]; } FSP_FILE_SYSTEM;

typedef struct {
    NTSTATUS (*GetVolumeInfo)(FSP_FILE_SYSTEM *, FSP_FSCTL_VOLUME_INFO *);
    NTSTATUS (*SetVolumeLabel)(FSP_FILE_SYSTEM *, PWSTR, FSP_FSCTL_VOLUME_INFO *);
    NTSTATUS (*GetSecurityByName)(FSP_FILE_SYSTEM *, PWSTR, UINT32 *, SECURITY_DESCRIPTOR *, SIZE_T *);
    NTSTATUS (*Create)(FSP_FILE_SYSTEM *, PWSTR, UINT32, UINT32, UINT32, SECURITY_DESCRIPTOR *, UINT64, PVOID *, FSP_FSCTL_FILE_INFO *);
    NTSTATUS (*Open)(FSP_FILE_SYSTEM *, PWSTR, UINT32, UINT32, PVOID *, FSP_FSCTL_FILE_INFO *);
    NTSTATUS (*Overwrite)(FSP_FILE_SYSTEM *, PVOID, UINT32, BOOLEAN, UINT64, FSP_FSCTL_FILE_INFO *);
    void (*Cleanup)(FSP_FILE_SYSTEM *, PVOID, PWSTR, ULONG);
    void (*Close)(FSP_FILE_SYSTEM *, PVOID);
    NTSTATUS (*Read)(FSP_FILE_SYSTEM *, PVOID, PVOID, UINT64, ULONG, ULONG *);
    NTSTATUS (*Write)(FSP_FILE_SYSTEM *, PVOID, PVOID, UINT64, ULONG, BOOLEAN, BOOLEAN, ULONG *, FSP_FSCTL_FILE_INFO *);
    NTSTATUS (*Flush)(FSP_FILE_SYSTEM *, PVOID, FSP_FSCTL_FILE_INFO *);
    NTSTATUS (*GetFileInfo)(FSP_FILE_SYSTEM *, PVOID, FSP_FSCTL_FILE_INFO *);
    NTSTATUS (*SetBasicInfo)(FSP_FILE_SYSTEM *, PVOID, UINT32, UINT64, UINT64, UINT64, UINT64, FSP_FSCTL_FILE_INFO *);
    NTSTATUS (*SetFileSize)(FSP_FILE_SYSTEM *, PVOID, UINT64, BOOLEAN, FSP_FSCTL_FILE_INFO *);
    NTSTATUS (*CanDelete)(FSP_FILE_SYSTEM *, PVOID, PWSTR);
    NTSTATUS (*Rename)(FSP_FILE_SYSTEM *, PVOID, PWSTR, PWSTR, BOOLEAN);
    NTSTATUS (*GetSecurity)(FSP_FILE_SYSTEM *, PVOID, SECURITY_DESCRIPTOR *, SIZE_T *);
    NTSTATUS (*SetSecurity)(FSP_FILE_SYSTEM *, PVOID, UINT32, SECURITY_DESCRIPTOR *);
    NTSTATUS (*ReadDirectory)(FSP_FILE_SYSTEM *, PVOID, PWSTR, PWSTR, PVOID, ULONG, ULONG *);
    NTSTATUS (*ResolveReparsePoints)(FSP_FILE_SYSTEM *, PWSTR, UINT32, BOOLEAN, PVOID, PVOID, SIZE_T *);
    NTSTATUS (*GetReparsePoint)(FSP_FILE_SYSTEM *, PVOID, PWSTR, PVOID, SIZE_T *);
    NTSTATUS (*SetReparsePoint)(FSP_FILE_SYSTEM *, PVOID, PWSTR, PVOID, SIZE_T);
    NTSTATUS (*DeleteReparsePoint)(FSP_FILE_SYSTEM *, PVOID, PWSTR, PVOID, SIZE_T);
    NTSTATUS (*GetStreamInfo)(FSP_FILE_SYSTEM *, PVOID, PVOID, ULONG, ULONG *);
    NTSTATUS (*GetDirInfoByName)(FSP_FILE_SYSTEM *, PVOID, PWSTR, FSP_FSCTL_DIR_INFO *);
    PVOID Reserved[39];
} FSP_FILE_SYSTEM_INTERFACE;
"""

SIZES = {
    "FSP_FSCTL_VOLUME_PARAMS": 504,
    "FSP_FSCTL_VOLUME_INFO": 88,
    "FSP_FSCTL_FILE_INFO": 72,
    "FSP_FSCTL_OPEN_FILE_INFO": 88,
    "FSP_FSCTL_DIR_INFO": 104,
    "FSP_FILE_SYSTEM_INTERFACE": 512,
    "FSP_FILE_SYSTEM": 792,
}
