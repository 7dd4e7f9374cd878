//! Many short lists, or many texts, laid end to end: two runs of numbers instead of a million
//! small allocations, and the same on disk as in memory.

use crate::{
    SearchError,
    sections::{SectionReader, SectionWriter},
};

/// For each of some things a short list of row or item numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lists {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Default for Lists {
    fn default() -> Self {
        Self {
            starts: vec![0],
            items: Vec::new(),
        }
    }
}

impl Lists {
    /// Number of lists.
    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// One list.
    #[inline]
    pub(crate) fn of(&self, at: usize) -> &[u32] {
        &self.items[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    pub(crate) fn push(&mut self, items: impl IntoIterator<Item = u32>) -> Result<(), SearchError> {
        self.items.extend(items);
        self.starts.push(start_of(self.items.len(), "list items")?);
        Ok(())
    }

    /// Every item changed, and each list put in ascending order.
    pub(crate) fn map_sorted(&mut self, change: impl Fn(u32) -> u32) {
        for item in &mut self.items {
            *item = change(*item);
        }
        for ends in self.starts.windows(2) {
            self.items[ends[0] as usize..ends[1] as usize].sort_unstable();
        }
    }

    /// For each item, of which there are `items`, the numbers of the lists that hold it, in
    /// ascending order.
    pub(crate) fn turned(&self, items: usize) -> Self {
        let holders = (0..).zip(self.starts.windows(2)).flat_map(|(list, ends)| {
            self.items[ends[0] as usize..ends[1] as usize]
                .iter()
                .map(move |item| (*item, list))
        });
        Self::grouped(items, &self.items, holders)
    }

    /// For each group, of which there are `groups`, the positions in `group_of` that name it.
    pub(crate) fn members(groups: usize, group_of: &[u32]) -> Self {
        Self::grouped(groups, group_of, group_of.iter().copied().zip(0..))
    }

    fn grouped(groups: usize, keys: &[u32], pairs: impl Iterator<Item = (u32, u32)>) -> Self {
        let mut starts = vec![0_u32; groups + 1];
        for key in keys {
            starts[*key as usize + 1] += 1;
        }
        for at in 0..groups {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut items = vec![0; keys.len()];
        for (key, item) in pairs {
            let slot = &mut next[key as usize];
            items[*slot as usize] = item;
            *slot += 1;
        }
        Self { starts, items }
    }

    pub(crate) fn write(&self, out: &mut SectionWriter, name: &str) -> Result<(), SearchError> {
        out.put(&format!("{name}.starts"), &self.starts)?;
        out.put(&format!("{name}.items"), &self.items)
    }

    /// Reads `lists` lists whose items are below `below`.
    pub(crate) fn read(
        from: &mut SectionReader,
        name: &str,
        lists: usize,
        below: usize,
    ) -> Result<Self, SearchError> {
        let starts: Vec<u32> = from.get_len(&format!("{name}.starts"), lists + 1)?;
        let items: Vec<u32> = from.get(&format!("{name}.items"))?;
        check_starts(from, name, &starts, items.len())?;
        check_below(from, name, &items, below)?;
        Ok(Self { starts, items })
    }
}

/// Texts, or names in raw bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Texts {
    starts: Vec<u32>,
    bytes: Vec<u8>,
}

impl Default for Texts {
    fn default() -> Self {
        Self {
            starts: vec![0],
            bytes: Vec::new(),
        }
    }
}

impl Texts {
    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The raw bytes of one text.
    #[inline]
    pub(crate) fn of(&self, at: usize) -> &[u8] {
        &self.bytes[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// One text; bytes that are no UTF-8 show as U+FFFD.
    pub(crate) fn shown(&self, at: usize) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.of(at))
    }

    /// All texts as one run of bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where a text ends in [`Texts::bytes`].
    #[inline]
    pub(crate) fn end(&self, at: usize) -> usize {
        self.starts[at + 1] as usize
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|at| self.of(at))
    }

    pub(crate) fn push(&mut self, text: &[u8]) -> Result<(), SearchError> {
        self.bytes.extend_from_slice(text);
        self.starts
            .push(start_of(self.bytes.len(), "bytes of text")?);
        Ok(())
    }

    /// Where a text lies among texts in ascending order.
    pub(crate) fn find(&self, text: &[u8]) -> Option<usize> {
        let at = self.first_from(text);
        (at < self.len() && self.of(at) == text).then_some(at)
    }

    /// The first of texts in ascending order that is not below `text`.
    fn first_from(&self, text: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.of(middle) < text {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    pub(crate) fn write(&self, out: &mut SectionWriter, name: &str) -> Result<(), SearchError> {
        out.put(&format!("{name}.starts"), &self.starts)?;
        out.put(&format!("{name}.bytes"), &self.bytes)
    }

    pub(crate) fn read(from: &mut SectionReader, name: &str) -> Result<Self, SearchError> {
        let starts: Vec<u32> = from.get(&format!("{name}.starts"))?;
        let bytes: Vec<u8> = from.get(&format!("{name}.bytes"))?;
        check_starts(from, name, &starts, bytes.len())?;
        Ok(Self { starts, bytes })
    }
}

impl<'a> FromIterator<&'a [u8]> for Texts {
    /// # Panics
    /// When the texts are longer than 4 GiB together; those passed here were counted before.
    fn from_iter<I: IntoIterator<Item = &'a [u8]>>(texts: I) -> Self {
        let mut all = Self::default();
        for text in texts {
            all.push(text).expect("texts counted before");
        }
        all
    }
}

fn start_of(length: usize, what: &'static str) -> Result<u32, SearchError> {
    u32::try_from(length).map_err(|_| SearchError::TooMany {
        what,
        most: u64::from(u32::MAX),
    })
}

fn check_starts(
    from: &SectionReader,
    name: &str,
    starts: &[u32],
    end: usize,
) -> Result<(), SearchError> {
    let whole = starts.first() == Some(&0)
        && starts.last().is_some_and(|last| *last as usize == end)
        && starts.is_sorted();
    if whole {
        Ok(())
    } else {
        Err(from.damaged(&format!("the lists of {name:?} do not join up")))
    }
}

/// Checks that every number of a section points at something.
pub(crate) fn check_below(
    from: &SectionReader,
    name: &str,
    items: &[u32],
    below: usize,
) -> Result<(), SearchError> {
    if items.iter().all(|item| (*item as usize) < below) {
        Ok(())
    } else {
        Err(from.damaged(&format!("{name:?} points past the end, {below}")))
    }
}
