//! Giving memory back to the system.
//!
//! What native libraries free stays with the allocator, in the arenas of the threads that took
//! it, and no other thread gets it: measured on 10,000 pictures with two workers, 90 MB were held
//! so while the pictures were being compared. Of what was held in many small pieces the allocator
//! itself gives back none: 60 MB for lists of neighbours of 100,000 pictures.

#![expect(unsafe_code, reason = "a call to the C library")]

/// Gives back what is free in the heaps of all threads. Where the C library is not GNU's, whose
/// allocator alone needs to be asked, it does nothing.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        unsafe extern "C" {
            /// `malloc_trim(3)`: thread-safe since glibc 2.8; the argument is the free room to
            /// leave at the top of the main heap.
            safe fn malloc_trim(pad: usize) -> core::ffi::c_int;
        }
        malloc_trim(0);
    }
}
