//! The few functions of libheif's C interface (1.6 and later) that decoding one picture takes.
//!
//! All that is unsafe about HEIF is in this file. What makes it sound:
//! - the functions are looked up once, by the names and with the signatures of `heif.h`, and kept
//!   with the library that holds them, which is never unloaded;
//! - each C object is owned by one Rust value that releases it when dropped and cannot outlive
//!   what it was made from: the bytes, the context, the handle;
//! - pointers to pixels are read only inside rows that the library itself says it has.
#![expect(
    unsafe_code,
    reason = "libheif has a C interface; the module says why this is sound"
)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::marker::PhantomData;
use std::path::Path;
use std::ptr;

/// `struct heif_error`, returned by value.
#[repr(C)]
#[derive(Clone, Copy)]
struct HeifError {
    code: c_int,
    subcode: c_int,
    message: *const c_char,
}

const ERROR_UNSUPPORTED_FILE: c_int = 3;
const ERROR_UNSUPPORTED_FEATURE: c_int = 4;
const SUBERROR_END_OF_DATA: c_int = 100;

const COLORSPACE_RGB: c_int = 1;
const CHROMA_INTERLEAVED_RGB: c_int = 10;
const CHROMA_INTERLEAVED_RGBA: c_int = 11;
const CHANNEL_INTERLEAVED: c_int = 10;

const PROFILE_RICC: u32 = u32::from_be_bytes(*b"rICC");
const PROFILE_PROF: u32 = u32::from_be_bytes(*b"prof");

type Object = *mut c_void;

/// Why the library did not give a picture.
#[derive(Debug)]
pub(crate) enum Failure {
    EndOfData(String),
    Unsupported(String),
    Invalid(String),
}

/// The loaded library.
pub(crate) struct Library {
    get_version: unsafe extern "C" fn() -> *const c_char,
    context_alloc: unsafe extern "C" fn() -> Object,
    context_free: unsafe extern "C" fn(Object),
    read_memory: unsafe extern "C" fn(Object, *const c_void, usize, *const c_void) -> HeifError,
    primary_handle: unsafe extern "C" fn(Object, *mut Object) -> HeifError,
    handle_release: unsafe extern "C" fn(Object),
    handle_width: unsafe extern "C" fn(Object) -> c_int,
    handle_height: unsafe extern "C" fn(Object) -> c_int,
    handle_has_alpha: unsafe extern "C" fn(Object) -> c_int,
    handle_luma_bits: unsafe extern "C" fn(Object) -> c_int,
    profile_type: unsafe extern "C" fn(Object) -> u32,
    profile_size: unsafe extern "C" fn(Object) -> usize,
    profile: unsafe extern "C" fn(Object, *mut c_void) -> HeifError,
    decode_image:
        unsafe extern "C" fn(Object, *mut Object, c_int, c_int, *const c_void) -> HeifError,
    image_release: unsafe extern "C" fn(Object),
    image_width: unsafe extern "C" fn(Object, c_int) -> c_int,
    image_height: unsafe extern "C" fn(Object, c_int) -> c_int,
    plane: unsafe extern "C" fn(Object, c_int, *mut c_int) -> *const u8,
    /// Since 1.13; bounds the threads one picture may use.
    set_threads: Option<unsafe extern "C" fn(Object, c_int)>,
}

impl Library {
    /// Loads the library at `path`, or the system's `libheif.so.1`.
    pub(crate) fn load(path: Option<&Path>) -> Result<Self, String> {
        let name = path.map_or_else(|| "libheif.so.1".as_ref(), Path::as_os_str);
        // SAFETY: loading runs the library's constructors; libheif's register its decoders.
        let library = unsafe { libloading::Library::new(name) }
            .map_err(|error| format!("{} cannot be loaded: {error}", name.to_string_lossy()))?;
        // The functions must stay valid for the life of the process.
        let library: &'static libloading::Library = Box::leak(Box::new(library));
        Self::look_up(library)
    }

    fn look_up(library: &'static libloading::Library) -> Result<Self, String> {
        macro_rules! function {
            ($name:literal) => {
                // SAFETY: the type comes from the field it is put into, which is that of heif.h.
                *unsafe { library.get($name) }
                    .map_err(|error| format!("it lacks a function: {error}"))?
            };
        }
        Ok(Self {
            get_version: function!(b"heif_get_version\0"),
            context_alloc: function!(b"heif_context_alloc\0"),
            context_free: function!(b"heif_context_free\0"),
            read_memory: function!(b"heif_context_read_from_memory_without_copy\0"),
            primary_handle: function!(b"heif_context_get_primary_image_handle\0"),
            handle_release: function!(b"heif_image_handle_release\0"),
            handle_width: function!(b"heif_image_handle_get_width\0"),
            handle_height: function!(b"heif_image_handle_get_height\0"),
            handle_has_alpha: function!(b"heif_image_handle_has_alpha_channel\0"),
            handle_luma_bits: function!(b"heif_image_handle_get_luma_bits_per_pixel\0"),
            profile_type: function!(b"heif_image_handle_get_color_profile_type\0"),
            profile_size: function!(b"heif_image_handle_get_raw_color_profile_size\0"),
            profile: function!(b"heif_image_handle_get_raw_color_profile\0"),
            decode_image: function!(b"heif_decode_image\0"),
            image_release: function!(b"heif_image_release\0"),
            image_width: function!(b"heif_image_get_width\0"),
            image_height: function!(b"heif_image_get_height\0"),
            plane: function!(b"heif_image_get_plane_readonly\0"),
            // SAFETY: as above.
            set_threads: unsafe { library.get(b"heif_context_set_max_decoding_threads\0") }
                .ok()
                .map(|symbol| *symbol),
        })
    }

    /// The version the library gives itself.
    pub(crate) fn version(&self) -> String {
        // SAFETY: the function returns a static string.
        unsafe { CStr::from_ptr((self.get_version)()) }
            .to_string_lossy()
            .into_owned()
    }

    /// Reads the structure of a file and finds its primary picture.
    pub(crate) fn open<'a>(&'a self, bytes: &'a [u8]) -> Result<Primary<'a>, Failure> {
        // SAFETY: no arguments; null is checked below.
        let context = unsafe { (self.context_alloc)() };
        if context.is_null() {
            return Err(Failure::Invalid("the library is out of memory".to_owned()));
        }
        let mut primary = Primary {
            library: self,
            context,
            handle: ptr::null_mut(),
            bytes: PhantomData,
        };
        if let Some(set_threads) = self.set_threads {
            // SAFETY: the context is alive. 0 means: on the calling thread.
            unsafe { set_threads(context, 0) };
        }
        // SAFETY: the bytes outlive the context, which `Primary` ties to them.
        check(unsafe {
            (self.read_memory)(context, bytes.as_ptr().cast(), bytes.len(), ptr::null())
        })?;
        // SAFETY: the context is alive, and the handle is written only on success.
        check(unsafe { (self.primary_handle)(context, &raw mut primary.handle) })?;
        Ok(primary)
    }
}

impl std::fmt::Debug for Library {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Library({})", self.version())
    }
}

/// The primary picture of a file, not decoded yet.
pub(crate) struct Primary<'a> {
    library: &'a Library,
    context: Object,
    handle: Object,
    bytes: PhantomData<&'a [u8]>,
}

impl Primary<'_> {
    /// Width and height after the file's own turns.
    pub(crate) fn size(&self) -> (u32, u32) {
        // SAFETY: the handle is alive.
        let (width, height) = unsafe {
            (
                (self.library.handle_width)(self.handle),
                (self.library.handle_height)(self.handle),
            )
        };
        (
            u32::try_from(width).unwrap_or(0),
            u32::try_from(height).unwrap_or(0),
        )
    }

    pub(crate) fn has_alpha(&self) -> bool {
        // SAFETY: the handle is alive.
        unsafe { (self.library.handle_has_alpha)(self.handle) != 0 }
    }

    /// Bits a sample; 8 where the library cannot tell.
    pub(crate) fn bit_depth(&self) -> u8 {
        // SAFETY: the handle is alive.
        let bits = unsafe { (self.library.handle_luma_bits)(self.handle) };
        u8::try_from(bits)
            .ok()
            .filter(|bits| *bits > 0)
            .unwrap_or(8)
    }

    /// The embedded ICC profile.
    pub(crate) fn icc_profile(&self) -> Option<Vec<u8>> {
        // SAFETY: the handle is alive.
        let kind = unsafe { (self.library.profile_type)(self.handle) };
        if !matches!(kind, PROFILE_RICC | PROFILE_PROF) {
            return None;
        }
        // SAFETY: the handle is alive.
        let size = unsafe { (self.library.profile_size)(self.handle) };
        let mut profile = vec![0_u8; size];
        // SAFETY: the buffer has the size that the library asked for.
        check(unsafe { (self.library.profile)(self.handle, profile.as_mut_ptr().cast()) }).ok()?;
        Some(profile)
    }

    /// Decodes to 8-bit RGB or RGBA.
    pub(crate) fn decode(&self, alpha: bool) -> Result<Image<'_>, Failure> {
        let chroma = if alpha {
            CHROMA_INTERLEAVED_RGBA
        } else {
            CHROMA_INTERLEAVED_RGB
        };
        let mut image = ptr::null_mut();
        // SAFETY: the handle is alive, and the image is written only on success.
        check(unsafe {
            (self.library.decode_image)(
                self.handle,
                &raw mut image,
                COLORSPACE_RGB,
                chroma,
                ptr::null(),
            )
        })?;
        Ok(Image {
            library: self.library,
            image,
        })
    }
}

impl Drop for Primary<'_> {
    fn drop(&mut self) {
        // SAFETY: both were made by the library and are released once, the handle first.
        unsafe {
            if !self.handle.is_null() {
                (self.library.handle_release)(self.handle);
            }
            (self.library.context_free)(self.context);
        }
    }
}

/// Decoded pixels.
pub(crate) struct Image<'a> {
    library: &'a Library,
    image: Object,
}

impl Image<'_> {
    pub(crate) fn size(&self) -> (u32, u32) {
        // SAFETY: the image is alive.
        let (width, height) = unsafe {
            (
                (self.library.image_width)(self.image, CHANNEL_INTERLEAVED),
                (self.library.image_height)(self.image, CHANNEL_INTERLEAVED),
            )
        };
        (
            u32::try_from(width).unwrap_or(0),
            u32::try_from(height).unwrap_or(0),
        )
    }

    /// Row `y` of `channels` bytes a pixel; `None` outside the picture.
    pub(crate) fn row(&self, y: u32, channels: usize) -> Option<&[u8]> {
        let (width, height) = self.size();
        let mut stride: c_int = 0;
        // SAFETY: the image is alive; the stride is written by the call.
        let plane =
            unsafe { (self.library.plane)(self.image, CHANNEL_INTERLEAVED, &raw mut stride) };
        let stride = usize::try_from(stride).ok()?;
        let length = width as usize * channels;
        if plane.is_null() || y >= height || length > stride {
            return None;
        }
        // SAFETY: the plane has `height` rows of `stride` bytes, and the row lies in one of them.
        Some(unsafe { std::slice::from_raw_parts(plane.add(y as usize * stride), length) })
    }
}

impl Drop for Image<'_> {
    fn drop(&mut self) {
        // SAFETY: made by the library and released once.
        unsafe { (self.library.image_release)(self.image) };
    }
}

fn check(error: HeifError) -> Result<(), Failure> {
    if error.code == 0 {
        return Ok(());
    }
    let message = if error.message.is_null() {
        format!("error {}.{}", error.code, error.subcode)
    } else {
        // SAFETY: the message belongs to a context that is still alive, or is static.
        unsafe { CStr::from_ptr(error.message) }
            .to_string_lossy()
            .into_owned()
    };
    Err(match (error.code, error.subcode) {
        (_, SUBERROR_END_OF_DATA) => Failure::EndOfData(message),
        (ERROR_UNSUPPORTED_FILE | ERROR_UNSUPPORTED_FEATURE, _) => Failure::Unsupported(message),
        _ => Failure::Invalid(message),
    })
}
