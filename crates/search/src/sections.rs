//! A file of named sections, each with its checksum: how an index lies on disk.
//!
//! ```text
//! magic (8)  sections…, each at a multiple of 64  table  trailer (64)
//! table:   name (16, NUL-padded) · offset u64 · length u64 · BLAKE3 of the section (32)
//! trailer: magic (8) · format u32 · number of sections u32 · offset of the table u64
//!          · 8 zero bytes · BLAKE3 of the table and the 32 bytes before this (32)
//! ```
//!
//! Numbers are little-endian. The trailer is written last, so half a file is no file. The same
//! sections give the same bytes. Nothing here knows what the sections mean.

use std::{
    io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use bytemuck::{Pod, Zeroable};
use fs_err::File;

use crate::SearchError;

#[cfg(target_endian = "big")]
compile_error!("the files of an index are little-endian and are read as they lie");

/// Number of the format; a change to what any section holds raises it.
pub(crate) const FORMAT: u32 = 2;
const MAGIC: &[u8; 8] = b"LAMINAIX";
const ALIGN: u64 = 64;
const ENTRY: usize = 64;
const TRAILER: usize = 64;

/// Writes sections one after the other.
#[derive(Debug)]
pub(crate) struct SectionWriter {
    file: BufWriter<File>,
    at: u64,
    entries: Vec<[u8; ENTRY]>,
}

impl SectionWriter {
    pub(crate) fn create(path: &Path) -> Result<Self, SearchError> {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        file.write_all(MAGIC)?;
        Ok(Self {
            file,
            at: MAGIC.len() as u64,
            entries: Vec::new(),
        })
    }

    /// Writes one section whole.
    pub(crate) fn put<T: Pod>(&mut self, name: &str, values: &[T]) -> Result<(), SearchError> {
        self.stream(name, |out| out.write(bytemuck::cast_slice(values)))
    }

    /// Writes one section in pieces.
    pub(crate) fn stream(
        &mut self,
        name: &str,
        fill: impl FnOnce(&mut Piecewise<'_>) -> Result<(), SearchError>,
    ) -> Result<(), SearchError> {
        let padding = (ALIGN - self.at % ALIGN) % ALIGN;
        self.file.write_all(&vec![0; padding as usize])?;
        self.at += padding;
        let mut out = Piecewise {
            file: &mut self.file,
            hash: blake3::Hasher::new(),
            length: 0,
        };
        fill(&mut out)?;
        let (hash, length) = (out.hash.finalize(), out.length);
        let mut entry = [0; ENTRY];
        entry[..name.len()].copy_from_slice(name.as_bytes());
        entry[16..24].copy_from_slice(&self.at.to_le_bytes());
        entry[24..32].copy_from_slice(&length.to_le_bytes());
        entry[32..].copy_from_slice(hash.as_bytes());
        self.entries.push(entry);
        self.at += length;
        Ok(())
    }

    /// Writes the table and makes sure that everything is on the disk.
    pub(crate) fn finish(mut self) -> Result<(), SearchError> {
        let mut hash = blake3::Hasher::new();
        for entry in &self.entries {
            self.file.write_all(entry)?;
            hash.update(entry);
        }
        let mut trailer = [0; TRAILER];
        let count = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        trailer[..8].copy_from_slice(MAGIC);
        trailer[8..12].copy_from_slice(&FORMAT.to_le_bytes());
        trailer[12..16].copy_from_slice(&count.to_le_bytes());
        trailer[16..24].copy_from_slice(&self.at.to_le_bytes());
        hash.update(&trailer[..32]);
        trailer[32..].copy_from_slice(hash.finalize().as_bytes());
        self.file.write_all(&trailer)?;
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        Ok(())
    }
}

/// A section that is being written.
#[derive(Debug)]
pub(crate) struct Piecewise<'a> {
    file: &'a mut BufWriter<File>,
    hash: blake3::Hasher,
    length: u64,
}

impl Piecewise<'_> {
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), SearchError> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }
}

/// Reads sections, each checked as it is read.
#[derive(Debug)]
pub(crate) struct SectionReader {
    file: BufReader<File>,
    path: PathBuf,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    name: String,
    offset: u64,
    length: u64,
    hash: [u8; 32],
}

impl SectionReader {
    pub(crate) fn open(path: &Path) -> Result<Self, SearchError> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let damaged = |what: &str| damaged(path, what);
        let trailer_at = length
            .checked_sub(TRAILER as u64)
            .ok_or_else(|| damaged("it is too short"))?;
        let mut head = [0; MAGIC.len()];
        file.read_exact(&mut head)?;
        if &head != MAGIC {
            return Err(damaged("it does not begin as an index does"));
        }
        let mut trailer = [0; TRAILER];
        file.seek(SeekFrom::Start(trailer_at))?;
        file.read_exact(&mut trailer)?;
        if &trailer[..8] != MAGIC {
            return Err(damaged(
                "it does not end as an index does, so it is cut off or something else",
            ));
        }
        let found = u32_at(&trailer, 8);
        if found != FORMAT {
            return Err(SearchError::OtherFormat {
                file: shown(path),
                found,
                expected: FORMAT,
            });
        }
        let (count, table_at) = (u32_at(&trailer, 12) as usize, u64_at(&trailer, 16));
        if table_at.checked_add((count * ENTRY) as u64) != Some(trailer_at) {
            return Err(damaged("its table of sections does not fit its length"));
        }
        let mut table = vec![0; count * ENTRY];
        file.seek(SeekFrom::Start(table_at))?;
        file.read_exact(&mut table)?;
        let hash = blake3::Hasher::new()
            .update(&table)
            .update(&trailer[..32])
            .finalize();
        if hash.as_bytes()[..] != trailer[32..] {
            return Err(damaged("its table of sections has a wrong checksum"));
        }
        let entries = table.chunks_exact(ENTRY).map(Entry::read).collect();
        Ok(Self {
            file: BufReader::with_capacity(1 << 16, file),
            path: path.to_owned(),
            entries,
        })
    }

    /// Every value of a section.
    pub(crate) fn get<T: Pod + Zeroable>(&mut self, name: &str) -> Result<Vec<T>, SearchError> {
        let entry = self
            .entries
            .iter()
            .find(|entry| entry.name == name)
            .cloned()
            .ok_or_else(|| self.damaged(&format!("it has no section {name:?}")))?;
        let bytes = usize::try_from(entry.length).unwrap_or(usize::MAX);
        if !bytes.is_multiple_of(size_of::<T>()) {
            return Err(self.damaged(&format!("section {name:?} has an odd length")));
        }
        let mut values = vec![T::zeroed(); bytes / size_of::<T>()];
        self.file.seek(SeekFrom::Start(entry.offset))?;
        let into: &mut [u8] = bytemuck::cast_slice_mut(&mut values);
        let mut hash = blake3::Hasher::new();
        for piece in into.chunks_mut(1 << 18) {
            self.file.read_exact(piece)?;
            hash.update(piece);
        }
        if hash.finalize().as_bytes() != &entry.hash {
            return Err(self.damaged(&format!("section {name:?} has a wrong checksum")));
        }
        Ok(values)
    }

    /// Every value of a section that must have so many.
    pub(crate) fn get_len<T: Pod + Zeroable>(
        &mut self,
        name: &str,
        length: usize,
    ) -> Result<Vec<T>, SearchError> {
        let values = self.get(name)?;
        if values.len() != length {
            let given = values.len();
            return Err(self.damaged(&format!(
                "section {name:?} has {given} values where {length} belong"
            )));
        }
        Ok(values)
    }

    /// An error about this file.
    pub(crate) fn damaged(&self, what: &str) -> SearchError {
        damaged(&self.path, what)
    }
}

impl Entry {
    fn read(bytes: &[u8]) -> Self {
        let name: Vec<u8> = bytes[..16]
            .iter()
            .copied()
            .take_while(|b| *b != 0)
            .collect();
        let mut hash = [0; 32];
        hash.copy_from_slice(&bytes[32..]);
        Self {
            name: String::from_utf8_lossy(&name).into_owned(),
            offset: u64_at(bytes, 16),
            length: u64_at(bytes, 24),
            hash,
        }
    }
}

pub(crate) fn damaged(path: &Path, what: &str) -> SearchError {
    SearchError::Damaged {
        file: shown(path),
        what: what.to_owned(),
    }
}

fn shown(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut four = [0; 4];
    four.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(four)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(eight)
}
