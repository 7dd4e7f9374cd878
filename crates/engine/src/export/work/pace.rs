//! How far the writing of an archive is, and the end of it before its time.

use std::{
    io::{self, Read, Write},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

/// Bytes copied between two looks at whether to go on.
const STRIDE_BYTES: u64 = 16 << 20;
/// Copying a file counts as so many times telling of a picture: it takes that much longer.
const FILE: u64 = 9;

/// How far the writing of an archive is, for whoever writes and whoever watches.
#[derive(Debug)]
pub(super) struct Pace {
    total: u64,
    with_files: bool,
    told: AtomicU64,
    copied: AtomicU64,
    stopped: AtomicBool,
}

impl Pace {
    /// Of so many pictures, whose files come along or do not.
    pub(super) fn of(total: u64, with_files: bool) -> Self {
        Self {
            total,
            with_files,
            told: AtomicU64::new(0),
            copied: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
        }
    }

    /// So many more pictures were told of.
    pub(super) fn told(&self, pictures: u64) {
        self.told.fetch_add(pictures, Ordering::Relaxed);
    }

    /// One more file was copied, or found missing.
    pub(super) fn copied(&self) {
        self.copied.fetch_add(1, Ordering::Relaxed);
    }

    /// How many pictures are done, of how many: with their files, those count for most.
    pub(super) fn so_far(&self) -> (u64, u64) {
        let told = self.told.load(Ordering::Relaxed);
        if !self.with_files {
            return (told, self.total);
        }
        let copied = self.copied.load(Ordering::Relaxed);
        ((told + FILE * copied) / (1 + FILE), self.total)
    }

    /// What is being written is not wanted any more.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Copies a file to its end.
    ///
    /// # Errors
    /// Those of reading and writing, and [`io::ErrorKind::Interrupted`] where it is to stop.
    pub(super) fn copy(&self, from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
        loop {
            if self.stopped.load(Ordering::Relaxed) {
                return Err(io::Error::new(
                    io::ErrorKind::Interrupted,
                    "stopped on request",
                ));
            }
            if io::copy(&mut from.by_ref().take(STRIDE_BYTES), to)? == 0 {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_count_for_most_where_they_come_along() {
        let alone = Pace::of(10, false);
        alone.told(4);
        assert_eq!(alone.so_far(), (4, 10));
        let with_files = Pace::of(10, true);
        with_files.told(10);
        assert_eq!(with_files.so_far(), (1, 10));
        for _ in 0..10 {
            with_files.copied();
        }
        assert_eq!(with_files.so_far(), (10, 10));
    }

    /// Zeros without end, which are not wanted any more once the first were taken.
    struct Endless<'a>(&'a Pace);

    impl Read for Endless<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.stop();
            buffer.fill(0);
            Ok(buffer.len())
        }
    }

    #[test]
    fn a_large_file_is_left_where_nobody_wants_it_any_more() {
        let pace = Pace::of(1, true);
        let mut written = io::sink();
        let ended = pace.copy(&mut Endless(&pace), &mut written).unwrap_err();
        assert_eq!(ended.kind(), io::ErrorKind::Interrupted);
        let whole = Pace::of(1, true);
        let mut copy = Vec::new();
        let file = vec![7; 70_000];
        whole.copy(&mut &file[..], &mut copy).unwrap();
        assert_eq!(copy, file);
    }
}
