//! What stands where: cells (model × dealer) with their cars in order of age.

/// No car.
pub(super) const NONE: u32 = u32::MAX;

/// One model at one dealer.
#[derive(Clone, Copy, Debug)]
#[repr(align(16))]
pub(super) struct Cell {
    head: u32,
    tail: u32,
    /// Cars on the ground.
    pub stock: i32,
    /// Inventory position: cars on the ground plus cars under way minus waiting customers.
    pub position: i32,
}

impl Cell {
    const EMPTY: Self = Self { head: NONE, tail: NONE, stock: 0, position: 0 };
}

/// Customers who ever began to wait at a cell, and of them those served or gone. A cell with cars has nobody waiting.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Waits {
    pub joined: u32,
    pub left: u32,
}

impl Waits {
    /// Customers waiting.
    pub fn now(self) -> u32 {
        self.joined - self.left
    }
}

/// A car on the ground. Small, because the time of a sale is the time of fetching it from memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Car {
    next: u32,
    birth: i16,
    entered: i16,
}

impl Car {
    /// Day from which its age counts (negative for cars of the start).
    pub fn birth(self) -> i32 {
        i32::from(self.birth)
    }
    /// Day on which it came to this dealer.
    pub fn entered(self) -> i32 {
        i32::from(self.entered)
    }
}

/// All cells and cars.
#[derive(Debug)]
pub(super) struct Ground {
    pub cells: Vec<Cell>,
    pub waits: Vec<Waits>,
    cars: Vec<Car>,
    free: u32,
    /// Cars on the ground by dealer.
    pub by_dealer: Vec<i32>,
    /// Cars on the ground altogether.
    pub total: i64,
}

impl Ground {
    pub fn new(cells: usize, dealers: usize) -> Self {
        Self {
            cells: vec![Cell::EMPTY; cells],
            waits: vec![Waits::default(); cells],
            cars: Vec::new(),
            free: NONE,
            by_dealer: vec![0; dealers],
            total: 0,
        }
    }

    pub fn clear(&mut self) {
        self.cells.fill(Cell::EMPTY);
        self.waits.fill(Waits::default());
        self.cars.clear();
        self.free = NONE;
        self.by_dealer.fill(0);
        self.total = 0;
    }

    /// Puts a car at the end of a cell's line. Cars that are moved may be older than the last one; the line keeps the
    /// order of coming, as the ground does.
    #[inline]
    pub fn put(&mut self, cell: usize, dealer: usize, birth: i32, entered: i32) {
        let car = Car { next: NONE, birth: birth as i16, entered: entered as i16 };
        let at = if self.free == NONE {
            self.cars.push(car);
            self.cars.len() as u32 - 1
        } else {
            let at = self.free;
            self.free = self.cars[at as usize].next;
            self.cars[at as usize] = car;
            at
        };
        let c = &mut self.cells[cell];
        if c.stock == 0 {
            c.head = at;
        } else {
            self.cars[c.tail as usize].next = at;
        }
        c.tail = at;
        c.stock += 1;
        self.by_dealer[dealer] += 1;
        self.total += 1;
    }

    /// Takes the first car of a cell's line, if there is one.
    #[inline]
    pub fn take(&mut self, cell: usize, dealer: usize) -> Option<Car> {
        let c = &mut self.cells[cell];
        if c.stock == 0 {
            return None;
        }
        let at = c.head;
        let car = self.cars[at as usize];
        c.head = car.next;
        c.stock -= 1;
        self.cars[at as usize].next = self.free;
        self.free = at;
        self.by_dealer[dealer] -= 1;
        self.total -= 1;
        Some(car)
    }

    /// Reads what a sale at each of these cells will read, all at once, so that the waits for memory overlap. Answers a
    /// number that means nothing.
    #[inline]
    pub fn warm(&self, cells: &[u32]) -> u32 {
        let mut heads = [0; super::kernel::BATCH];
        for (head, &cell) in heads.iter_mut().zip(cells) {
            *head = self.cells.get(cell as usize).map_or(NONE, |c| c.head);
        }
        heads.iter().filter_map(|&h| self.cars.get(h as usize)).fold(0, |sum, car| sum ^ car.next)
    }

    /// The first car of a cell that is not empty.
    pub fn first(&self, cell: usize) -> Option<&Car> {
        (self.cells[cell].stock > 0).then(|| &self.cars[self.cells[cell].head as usize])
    }

    /// The cars of a cell in line.
    pub fn line(&self, cell: usize) -> impl Iterator<Item = &Car> {
        let mut at = self.cells[cell].head;
        (0..self.cells[cell].stock).map(move |_| {
            let car = &self.cars[at as usize];
            at = car.next;
            car
        })
    }

    /// Counts everything again: whether totals, lines and the free list agree.
    pub fn consistent(&self, dealers: usize) -> bool {
        let mut by_dealer = vec![0; dealers];
        let mut total = 0;
        for (cell, c) in self.cells.iter().enumerate() {
            by_dealer[cell % dealers] += c.stock;
            total += i64::from(c.stock);
            let last = self.line(cell).last();
            let idle = c.stock > 0 && self.waits[cell].now() > 0;
            if c.stock < 0 || idle || last != (c.stock > 0).then(|| &self.cars[c.tail as usize]) {
                return false;
            }
        }
        let mut free = 0;
        let mut at = self.free;
        while at != NONE {
            free += 1;
            at = self.cars[at as usize].next;
        }
        by_dealer == self.by_dealer && total == self.total && total + free == self.cars.len() as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_first_in_first_out_and_places_are_used_again() {
        let mut g = Ground::new(4, 2);
        for (cell, birth) in [(1, 5), (1, 6), (2, 7), (1, 8)] {
            g.put(cell, cell % 2, birth, 9);
        }
        assert!(g.consistent(2));
        assert_eq!(g.take(1, 1).map(Car::birth), Some(5));
        g.put(1, 1, 10, 10);
        assert_eq!(g.cars.len(), 4);
        assert_eq!(g.line(1).map(|c| c.birth).collect::<Vec<_>>(), [6, 8, 10]);
        assert_eq!(g.take(0, 0), None);
        assert_eq!((g.total, g.by_dealer.clone(), g.consistent(2)), (4, vec![1, 3], true));
        g.by_dealer[0] = 2;
        assert!(!g.consistent(2));
    }
}
