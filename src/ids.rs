//! Dense positions for the things of a scenario, and the vectors they index.
//!
//! A scenario's tables are sorted by their ids when they are read, so a position does not depend on the order of rows
//! in a file. Positions never leave the program: results carry the ids of the user's own tables.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A dense position.
pub trait Id: Copy + Ord {
    /// The id at a position.
    fn at(index: usize) -> Self;
    /// The position.
    fn index(self) -> usize;
}

macro_rules! ids {
    ($(#[$doc:meta] $name:ident;)*) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);
        impl Id for $name {
            fn at(index: usize) -> Self {
                Self(index as u32)
            }
            fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A demand zone.
    ZoneId;
    /// A site: plant, hub, dealer or candidate.
    SiteId;
    /// A store format.
    FormatId;
    /// A vehicle model.
    ModelId;
    /// A lane between two sites.
    LaneId;
    /// A carrier class.
    CarrierId;
    /// A region (the group of zones that shares a name in the zones table).
    RegionId;
    /// A week, counted from the first week of the table or horizon at hand.
    Week;
}

/// A vector indexed by an id.
#[derive(Clone, PartialEq)]
pub struct IdVec<K, V> {
    items: Vec<V>,
    key: PhantomData<K>,
}

impl<K, V> Default for IdVec<K, V> {
    fn default() -> Self {
        Self { items: Vec::new(), key: PhantomData }
    }
}

impl<K: Id, V> IdVec<K, V> {
    /// Wraps a vector whose order is that of the ids.
    pub fn from_vec(items: Vec<V>) -> Self {
        Self { items, key: PhantomData }
    }
    /// The same value for `len` ids.
    pub fn filled(value: V, len: usize) -> Self
    where
        V: Clone,
    {
        Self::from_vec(vec![value; len])
    }
    /// Number of ids.
    pub fn len(&self) -> usize {
        self.items.len()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
    /// All ids in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = K> + use<K, V> {
        (0..self.items.len()).map(K::at)
    }
    /// Ids with values, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (K, &V)> {
        self.items.iter().enumerate().map(|(i, v)| (K::at(i), v))
    }
    /// Values in order.
    pub fn values(&self) -> std::slice::Iter<'_, V> {
        self.items.iter()
    }
    /// Values as a slice.
    pub fn as_slice(&self) -> &[V] {
        &self.items
    }
    /// Values, to be changed.
    pub fn values_mut(&mut self) -> std::slice::IterMut<'_, V> {
        self.items.iter_mut()
    }
    /// Appends a value and returns its id.
    pub fn push(&mut self, value: V) -> K {
        self.items.push(value);
        K::at(self.items.len() - 1)
    }
}

impl<K: Id, V> Index<K> for IdVec<K, V> {
    type Output = V;
    fn index(&self, id: K) -> &V {
        &self.items[id.index()]
    }
}
impl<K: Id, V> IndexMut<K> for IdVec<K, V> {
    fn index_mut(&mut self, id: K) -> &mut V {
        &mut self.items[id.index()]
    }
}
impl<K: Id, V> FromIterator<V> for IdVec<K, V> {
    fn from_iter<I: IntoIterator<Item = V>>(items: I) -> Self {
        Self::from_vec(items.into_iter().collect())
    }
}
impl<K, V: fmt::Debug> fmt::Debug for IdVec<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.fmt(f)
    }
}

/// A dense table indexed by two ids, stored row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid<A, B, V> {
    items: Vec<V>,
    width: usize,
    keys: PhantomData<(A, B)>,
}

impl<A: Id, B: Id, V: Clone> Grid<A, B, V> {
    /// `rows × columns` copies of a value.
    pub fn filled(value: V, rows: usize, columns: usize) -> Self {
        Self { items: vec![value; rows * columns], width: columns, keys: PhantomData }
    }
    /// One row.
    pub fn row(&self, a: A) -> &[V] {
        &self.items[a.index() * self.width..(a.index() + 1) * self.width]
    }
    /// One row, to be changed.
    pub fn row_mut(&mut self, a: A) -> &mut [V] {
        &mut self.items[a.index() * self.width..(a.index() + 1) * self.width]
    }
    /// All values, row by row.
    pub fn as_slice(&self) -> &[V] {
        &self.items
    }
    /// Number of columns.
    pub fn width(&self) -> usize {
        self.width
    }
    /// Number of rows.
    pub fn height(&self) -> usize {
        self.items.len().checked_div(self.width).unwrap_or(0)
    }
    /// Every cell with its two ids, row by row.
    pub fn cells(&self) -> impl Iterator<Item = (A, B, &V)> {
        let width = self.width;
        self.items.iter().enumerate().map(move |(k, v)| (A::at(k / width), B::at(k % width), v))
    }
}

impl<A: Id, B: Id, V> Index<(A, B)> for Grid<A, B, V> {
    type Output = V;
    fn index(&self, (a, b): (A, B)) -> &V {
        &self.items[a.index() * self.width + b.index()]
    }
}
impl<A: Id, B: Id, V> IndexMut<(A, B)> for Grid<A, B, V> {
    fn index_mut(&mut self, (a, b): (A, B)) -> &mut V {
        &mut self.items[a.index() * self.width + b.index()]
    }
}
