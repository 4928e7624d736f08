//! Remembers the cheapest places of every request in every route for as long as the route stays as it is. A step
//! that is undone gives its routes their old versions back, and with them what was known about them.

use super::scan::Pick;

#[derive(Clone, Copy)]
struct Entry {
    version: u32,
    pick: Pick,
    /// The version of what the judge admits.
    judged: u32,
    admitted: Pick,
}

const EMPTY: Entry = Entry { version: 0, pick: Pick::NOTHING, judged: 0, admitted: Pick::NOTHING };

/// Picks by request and route slot.
pub(super) struct Cache {
    requests: usize,
    stride: usize,
    entries: Vec<Entry>,
    versions: Vec<u32>,
    last: u32,
}

impl Cache {
    pub(super) fn new(requests: usize) -> Self {
        Self { requests, stride: 0, entries: Vec::new(), versions: Vec::new(), last: 0 }
    }
    /// Makes space for a number of slots.
    pub(super) fn grow(&mut self, slots: usize) {
        self.versions.resize(slots, 0);
        if slots > self.stride {
            self.stride = (slots + slots / 4).next_multiple_of(8);
            self.entries.clear();
            self.entries.resize(self.requests * self.stride, EMPTY);
        }
    }
    pub(super) fn version(&self, slot: usize) -> u32 {
        self.versions[slot]
    }
    pub(super) fn set_version(&mut self, slot: usize, version: u32) {
        self.versions[slot] = version;
    }
    /// Forgets what is known about a slot.
    #[inline]
    pub(super) fn touch(&mut self, slot: usize) {
        self.last += 1;
        self.versions[slot] = self.last;
    }
    /// Starts to count versions again before they run out.
    pub(super) fn renew_if_full(&mut self, slots: usize) {
        if self.last > u32::MAX - (1 << 24) {
            self.entries.fill(EMPTY);
            self.last = 0;
            for slot in 0..slots {
                self.touch(slot);
            }
        }
    }
    /// What is known about a request, by slot, with the versions that make it true.
    #[inline]
    pub(super) fn row(&mut self, request: usize) -> Row<'_> {
        Row { entries: &mut self.entries[request * self.stride..][..self.versions.len()], versions: &self.versions }
    }
}

/// The slots of one request.
pub(super) struct Row<'a> {
    entries: &'a mut [Entry],
    versions: &'a [u32],
}

impl Row<'_> {
    /// The pick of a slot, from memory or by looking.
    #[inline]
    pub(super) fn get(&mut self, slot: usize, look: impl FnOnce() -> Pick) -> Pick {
        let (entry, version) = (&mut self.entries[slot], self.versions[slot]);
        if entry.version != version {
            (entry.version, entry.pick) = (version, look());
        }
        entry.pick
    }
    /// The pick among what the judge admits.
    #[inline]
    pub(super) fn admitted(&mut self, slot: usize, look: impl FnOnce() -> Pick) -> Pick {
        let (entry, version) = (&mut self.entries[slot], self.versions[slot]);
        if entry.judged != version {
            (entry.judged, entry.admitted) = (version, look());
        }
        entry.admitted
    }
}
