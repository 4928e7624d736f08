//! What stands where. A cell is a dealer × model pair; the cells of a dealer lie side by side. Whatever a sale touches of
//! a cell lies in one line of memory, and tallies are counted there and handed on when the replication ends.

/// Lots a cell holds in its own line of memory.
const INLINE: usize = 4;

/// Cars of one age that came together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Lot {
    /// Day from which their age counts (negative for cars of the start).
    birth: i16,
    /// Day on which they came to this dealer.
    entered: i16,
    cars: u16,
}

/// A car that leaves its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Car {
    /// Day from which its age counts.
    pub birth: i32,
    /// Day on which it came to the dealer it leaves.
    pub entered: i32,
}

/// One model at one dealer: its line of cars, who waits, and what was counted.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Cell {
    inline: [Lot; INLINE],
    /// Place of the line in the arena, when it is longer than [`INLINE`].
    at: u32,
    head: u32,
    lots: u32,
    /// Room for lots, as a power of two.
    shift: u8,
    /// Cars kept for own customers when neighbours ask.
    reserve: u16,
    /// Customers who ever began to wait here, and of them those served or gone. A cell with cars has nobody waiting.
    pub joined: u32,
    pub left: u32,
    /// Customers whose first choice this was.
    pub customers: u32,
    /// Of them those served from this ground at once.
    pub on_spot: u32,
    /// Cars sold to whomever.
    pub sales: u32,
    /// Evenings spent here by cars that have left, modulo 2³²: the carry goes to [`Ground::carried`].
    pub stock_days: u32,
}

impl Cell {
    const EMPTY: Self = Self {
        inline: [Lot { birth: 0, entered: 0, cars: 0 }; INLINE],
        at: 0,
        head: 0,
        lots: 0,
        shift: INLINE.trailing_zeros() as u8,
        reserve: 0,
        joined: 0,
        left: 0,
        customers: 0,
        on_spot: 0,
        sales: 0,
        stock_days: 0,
    };

    /// Customers waiting.
    #[inline]
    pub fn waiting(&self) -> u32 {
        self.joined - self.left
    }

    #[inline]
    fn room(&self) -> u32 {
        1 << self.shift
    }

    /// Whether the line has moved to the arena.
    #[inline]
    fn moved(&self) -> bool {
        usize::from(self.shift) > INLINE.trailing_zeros() as usize
    }
}

/// All cells and cars.
#[derive(Debug)]
pub(super) struct Ground {
    models: usize,
    pub cells: Vec<Cell>,
    /// Lines of more than [`INLINE`] lots. A line that grows moves to the end; the replication's end frees all.
    arena: Vec<Lot>,
    /// Cars on the ground by cell.
    pub stock: Vec<i32>,
    /// Inventory position by cell: cars on the ground plus cars under way minus waiting customers.
    pub position: Vec<i32>,
    /// Cars on the ground and under way by dealer.
    pub load: Vec<i64>,
    /// Cars on the ground altogether.
    pub total: i64,
    /// Cells with more cars than their reserve, a bit each: what neighbours ask for most often fits the nearest memory.
    spare: Vec<u64>,
    /// Cells of which 2³² car-days have been carried over, one entry each time.
    pub carried: Vec<u32>,
}

impl Ground {
    pub fn new(dealers: usize, models: usize) -> Self {
        let cells = dealers * models;
        Self {
            models,
            cells: vec![Cell::EMPTY; cells],
            arena: Vec::new(),
            stock: vec![0; cells],
            position: vec![0; cells],
            load: vec![0; dealers],
            total: 0,
            spare: vec![0; cells.div_ceil(64)],
            carried: Vec::new(),
        }
    }

    /// Empties everything; a cell keeps its reserve (none are listed: there are no trades).
    pub fn clear(&mut self, reserve: &[u16]) {
        self.cells.fill(Cell::EMPTY);
        for (cell, &reserve) in self.cells.iter_mut().zip(reserve) {
            cell.reserve = reserve;
        }
        self.spare.fill(0);
        self.arena.clear();
        self.stock.fill(0);
        self.position.fill(0);
        self.load.fill(0);
        self.total = 0;
        self.carried.clear();
    }

    /// Puts cars at the end of a cell's line. Cars that are moved may be older than the last one; the line keeps the
    /// order of coming, as the ground does.
    #[inline]
    pub fn put(&mut self, cell: usize, birth: i32, entered: i32, cars: u32) {
        self.stock[cell] += cars as i32;
        self.total += i64::from(cars);
        let spare = self.stock[cell] > i32::from(self.cells[cell].reserve);
        self.spare[cell / 64] |= u64::from(spare) << (cell % 64);
        let mut left = cars;
        while left > 0 {
            let some = left.min(u32::from(u16::MAX)) as u16;
            left -= u32::from(some);
            self.push(cell, Lot { birth: birth as i16, entered: entered as i16, cars: some });
        }
    }

    #[inline]
    fn push(&mut self, cell: usize, lot: Lot) {
        if self.cells[cell].lots > 0 {
            let last = self.lot(cell, self.cells[cell].lots - 1);
            let cars = last.cars.checked_add(lot.cars);
            if let (true, Some(cars)) = (last.birth == lot.birth && last.entered == lot.entered, cars) {
                *last = Lot { cars, ..lot };
                return;
            }
            if self.cells[cell].lots == self.cells[cell].room() {
                self.grow(cell);
            }
        }
        self.cells[cell].lots += 1;
        *self.lot(cell, self.cells[cell].lots - 1) = lot;
    }

    /// The lot number `k` of a cell's line.
    #[inline]
    fn lot(&mut self, cell: usize, k: u32) -> &mut Lot {
        let c = &mut self.cells[cell];
        let at = (c.head.wrapping_add(k) & (c.room() - 1)) as usize;
        if c.moved() { &mut self.arena[c.at as usize + at] } else { &mut c.inline[at % INLINE] }
    }

    #[cold]
    fn grow(&mut self, cell: usize) {
        let at = self.arena.len() as u32;
        let (lots, room) = (self.cells[cell].lots, self.cells[cell].room());
        for k in 0..lots {
            let lot = *self.lot(cell, k);
            self.arena.push(lot);
        }
        self.arena.resize(at as usize + 2 * room as usize, Lot::default());
        let c = &mut self.cells[cell];
        (c.at, c.head, c.shift) = (at, 0, c.shift + 1);
    }

    /// Takes the first car of a cell's line, if there is one.
    #[inline]
    pub fn take(&mut self, cell: usize) -> Option<Car> {
        if self.stock[cell] == 0 {
            return None;
        }
        self.stock[cell] -= 1;
        self.total -= 1;
        let bare = self.stock[cell] <= i32::from(self.cells[cell].reserve);
        self.spare[cell / 64] &= !(u64::from(bare) << (cell % 64));
        let first = self.lot(cell, 0);
        let car = Car { birth: i32::from(first.birth), entered: i32::from(first.entered) };
        first.cars -= 1;
        if first.cars == 0 {
            let c = &mut self.cells[cell];
            c.head = (c.head + 1) & (c.room() - 1);
            c.lots -= 1;
        }
        Some(car)
    }

    /// Counts evenings of a car that leaves.
    #[inline]
    pub fn stood(&mut self, cell: usize, evenings: u32) {
        let (sum, carry) = self.cells[cell].stock_days.overflowing_add(evenings);
        self.cells[cell].stock_days = sum;
        if carry {
            self.carried.push(cell as u32);
        }
    }

    /// Whether a cell has more cars than its reserve.
    #[inline]
    pub fn spares(&self, cell: usize) -> bool {
        self.spare[cell / 64] >> (cell % 64) & 1 == 1
    }

    /// Reads what a sale at each of these cells will read, all at once, so that the waits for memory overlap. Answers a
    /// number that means nothing.
    #[inline]
    pub fn warm(&self, cells: &[u32]) -> u32 {
        let mut sum = 0;
        for cell in cells.iter().map(|&c| c as usize) {
            let (Some(c), Some(&s), Some(&p)) = (self.cells.get(cell), self.stock.get(cell), self.position.get(cell))
            else {
                continue;
            };
            sum ^= c.left ^ s as u32 ^ p as u32;
        }
        for c in cells.iter().filter_map(|&c| self.cells.get(c as usize)).filter(|c| c.moved()) {
            sum ^= self.arena.get((c.at + c.head) as usize).map_or(0, |lot| u32::from(lot.cars));
        }
        sum
    }

    /// Birth of the first car of a cell that is not empty.
    #[inline]
    pub fn first_birth(&mut self, cell: usize) -> Option<i32> {
        (self.stock[cell] > 0).then(|| i32::from(self.lot(cell, 0).birth))
    }

    /// Cars on the ground of a dealer.
    pub fn at_dealer(&self, dealer: usize) -> i64 {
        self.stock[dealer * self.models..][..self.models].iter().map(|&s| i64::from(s)).sum()
    }

    /// Counts everything again: whether totals and lines agree.
    pub fn consistent(&mut self) -> bool {
        let mut total = 0;
        for cell in 0..self.cells.len() {
            let lots = self.cells[cell].lots;
            let cars: i32 = (0..lots).map(|k| i32::from(self.lot(cell, k).cars)).sum();
            total += i64::from(cars);
            let idle = cars > 0 && self.cells[cell].waiting() > 0;
            let spare = cars > i32::from(self.cells[cell].reserve);
            let wrong = cars != self.stock[cell] || idle || spare != self.spares(cell);
            if wrong || (0..lots).any(|k| self.lot(cell, k).cars == 0) {
                return false;
            }
        }
        total == self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::stream::Stream;
    use std::collections::VecDeque;

    #[test]
    fn a_cell_fits_a_line_of_memory() {
        assert_eq!(size_of::<Cell>(), 64);
    }

    #[test]
    fn lines_are_first_in_first_out_whatever_their_length() {
        let mut g = Ground::new(2, 2);
        let mut plain: Vec<VecDeque<(i32, i32)>> = vec![VecDeque::new(); 4];
        let mut s = Stream::from_hash(5);
        for day in 0..3000 {
            let cell = s.below(4) as usize;
            // Long stretches of filling and of emptying.
            if s.below(10) < if day / 300 % 2 == 0 { 7 } else { 3 } {
                let (birth, cars) = (day - s.below(3) as i32, 1 + s.below(3) as u32);
                g.put(cell, birth, day, cars);
                plain[cell].extend((0..cars).map(|_| (birth, day)));
            } else {
                let cars = (0..s.below(6)).map(|_| g.take(cell).map(|c| (c.birth, c.entered))).collect::<Vec<_>>();
                assert_eq!(cars, (0..cars.len()).map(|_| plain[cell].pop_front()).collect::<Vec<_>>());
            }
            assert_eq!(g.first_birth(cell), plain[cell].front().map(|c| c.0));
        }
        assert!(g.consistent() && g.total == plain.iter().map(|p| p.len() as i64).sum::<i64>());
        assert_eq!(g.at_dealer(1), (plain[2].len() + plain[3].len()) as i64);
        g.stock[0] += 1;
        assert!(!g.consistent());
    }

    #[test]
    fn large_lots_and_large_sums_lose_nothing() {
        let mut g = Ground::new(1, 1);
        g.put(0, 1, 2, 200_000);
        g.put(0, 1, 2, 5);
        assert!(g.consistent());
        for _ in 0..200_005 {
            assert_eq!(g.take(0), Some(Car { birth: 1, entered: 2 }));
        }
        assert_eq!(g.take(0), None);
        g.stood(0, u32::MAX);
        g.stood(0, 3);
        assert_eq!((g.cells[0].stock_days, g.carried.len()), (2, 1));
    }
}
