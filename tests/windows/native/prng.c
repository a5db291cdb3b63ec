/* bcryptprimitives.dll, which Wine 8 does not have: extensions written in Rust take random numbers from it. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(void *buffer, ULONG size); /* RtlGenRandom, in advapi32 */

__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *buffer, SIZE_T size)
{
    return SystemFunction036(buffer, (ULONG)size);
}
