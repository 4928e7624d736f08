//! A location problem cut down to what is still open: the free sites, and for every client that is not settled the
//! free sites that may still serve it, cheapest first, and what it costs to be served by a site that is open already.
//!
//! Costs are multiplied by a scale, and so are multipliers: every evaluation of the Lagrangian is a proof in whole
//! numbers. With multipliers v, L(v) = constant + Σ_j v_j + (the smallest reduced costs ρ_i = f_i + Σ_j min(0, c_ij − v_j)
//! that the count takes). What exceeds a cutoff leaves: sites by their reduced cost, and every client's sites that cost more
//! than v_j + cutoff − L(v), for a client served at c_ij > v_j costs c_ij − v_j more than the relaxation pays.

/// No open site serves the client: one of its free sites must.
pub const NONE: i64 = i64::MAX;

/// What has been decided about a free site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing yet.
    Free,
    /// It stays closed.
    Closed,
    /// It is open.
    Open,
}

/// The problem that remains.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    /// Free sites by their number in the whole problem, ascending.
    pub sites: Vec<u32>,
    /// Fixed cost of each free site, scaled.
    pub fixed: Vec<i64>,
    /// Unsettled clients by their number in the whole problem, ascending.
    pub clients: Vec<u32>,
    /// Where the entries of each client begin; one more number than clients.
    pub starts: Vec<usize>,
    /// Free sites (positions in `sites`) client by client, cheapest first.
    pub site: Vec<u32>,
    /// Their costs, scaled.
    pub cost: Vec<i64>,
    /// What the best open site charges each client, scaled; [`NONE`] without one.
    pub cap: Vec<i64>,
    /// Cost of everything that is settled, scaled.
    pub constant: i64,
    /// Sites opened so far, by their number in the whole problem.
    pub opened: Vec<u32>,
    /// How many free sites must still be opened, where the number is set.
    pub count: Option<usize>,
}

/// The relaxation at some multipliers.
#[derive(Clone, Debug, Default)]
pub struct Relaxed {
    /// The bound, scaled.
    pub bound: i64,
    /// Reduced cost of every free site, scaled.
    pub reduced: Vec<i64>,
    /// The sites that the relaxation opens.
    pub chosen: Vec<u32>,
    /// Largest reduced cost among the chosen and smallest among the others, with a count.
    pub margin: (i64, i64),
    order: Vec<u32>,
}

impl Piece {
    /// The entries of a client.
    pub fn row(&self, j: usize) -> impl Iterator<Item = (usize, i64)> + '_ {
        let span = self.starts[j]..self.starts[j + 1];
        self.site[span.clone()].iter().zip(&self.cost[span]).map(|(&i, &c)| (i as usize, c))
    }

    /// Evaluates the Lagrangian.
    pub fn relax(&self, v: &[i64], out: &mut Relaxed) {
        out.reduced.clone_from(&self.fixed);
        let mut total = self.constant;
        for (j, &vj) in v.iter().enumerate() {
            total += vj;
            let span = self.starts[j]..self.starts[j + 1];
            for (&i, &c) in self.site[span.clone()].iter().zip(&self.cost[span]) {
                if c >= vj {
                    break;
                }
                out.reduced[i as usize] += c - vj;
            }
        }
        out.chosen.clear();
        out.margin = (i64::MIN, NONE);
        let reduced = &out.reduced;
        match self.count {
            None => out.chosen.extend((0..reduced.len() as u32).filter(|&i| reduced[i as usize] < 0)),
            Some(count) => {
                let order = &mut out.order;
                order.clear();
                order.extend(0..reduced.len() as u32);
                let key = |&i: &u32| (reduced[i as usize], i);
                if count < order.len() {
                    order.select_nth_unstable_by_key(count, key);
                    out.margin.1 = reduced[order[count] as usize];
                    order.truncate(count);
                }
                if let Some(&last) = order.iter().max_by_key(|i| key(i)) {
                    out.margin.0 = reduced[last as usize];
                }
                out.chosen.extend_from_slice(order);
            }
        }
        total += out.chosen.iter().map(|&i| reduced[i as usize]).sum::<i64>();
        out.bound = total;
    }

    /// Fates that a bound decides for every answer that costs at most `cutoff`, scaled.
    pub fn decided(&self, relaxed: &Relaxed, cutoff: i64) -> Vec<Fate> {
        let room = cutoff - relaxed.bound;
        let (last, next) = relaxed.margin;
        let mut chosen = vec![false; self.sites.len()];
        relaxed.chosen.iter().for_each(|&i| chosen[i as usize] = true);
        let fate = |(i, &r): (usize, &i64)| match (self.count, chosen[i]) {
            (None, false) if r > room => Fate::Closed,
            (None, true) if -r > room => Fate::Open,
            (Some(_), false) if last == i64::MIN || r - last > room => Fate::Closed,
            (Some(_), true) if next == NONE || next - r > room => Fate::Open,
            _ => Fate::Free,
        };
        relaxed.reduced.iter().enumerate().map(fate).collect()
    }

    /// What opening a site adds to the bound at least, scaled.
    pub fn penalties(&self, relaxed: &Relaxed) -> Vec<i64> {
        let mut penalty: Vec<i64> = match self.count {
            None => relaxed.reduced.iter().map(|&r| r.max(0)).collect(),
            Some(_) => relaxed.reduced.iter().map(|&r| r.saturating_sub(relaxed.margin.0).max(0)).collect(),
        };
        relaxed.chosen.iter().for_each(|&i| penalty[i as usize] = 0);
        penalty
    }

    /// The piece after decisions, without entries whose cost and site's `penalty` together exceed the `limit` of the client, and the places of its clients in this
    /// one; `None` when no answer is left. Sites that are a client's last are opened.
    pub fn restrict(
        &self,
        fate: &mut [Fate],
        limit: impl Fn(usize) -> i64,
        penalty: impl Fn(usize) -> i64,
    ) -> Option<(Self, Vec<u32>)> {
        loop {
            let open = fate.iter().filter(|&&f| f == Fate::Open).count();
            let free = fate.iter().filter(|&&f| f == Fate::Free).count();
            if let Some(count) = self.count {
                let rest = count.checked_sub(open)?;
                if free < rest {
                    return None;
                }
                let all = if rest == 0 { Some(Fate::Closed) } else { (rest == free).then_some(Fate::Open) };
                if let (Some(all), true) = (all, free > 0) {
                    fate.iter_mut().filter(|f| **f == Fate::Free).for_each(|f| *f = all);
                    continue;
                }
            }
            let (piece, kept, last) = self.filtered(fate, &limit, &penalty)?;
            if last.is_empty() {
                return Some((piece, kept));
            }
            last.iter().for_each(|&i| fate[i as usize] = Fate::Open);
        }
    }

    /// One pass of [`Piece::restrict`]; the last list names sites without which some client has none.
    fn filtered(
        &self,
        fate: &[Fate],
        limit: impl Fn(usize) -> i64,
        penalty: impl Fn(usize) -> i64,
    ) -> Option<(Self, Vec<u32>, Vec<u32>)> {
        let mut out = Self { constant: self.constant, opened: self.opened.clone(), ..Self::default() };
        let mut place = vec![u32::MAX; fate.len()];
        let mut open = 0;
        for (i, &f) in fate.iter().enumerate() {
            match f {
                Fate::Free => {
                    place[i] = out.sites.len() as u32;
                    out.sites.push(self.sites[i]);
                    out.fixed.push(self.fixed[i]);
                }
                Fate::Open => {
                    out.opened.push(self.sites[i]);
                    out.constant += self.fixed[i];
                    open += 1;
                }
                Fate::Closed => {}
            }
        }
        out.count = self.count.map(|c| c - open);
        out.starts.push(0);
        let (mut kept, mut last) = (Vec::new(), Vec::new());
        for j in 0..self.clients.len() {
            let limit = limit(j);
            let (mut cap, begin) = (self.cap[j], out.site.len());
            let mut only = 0;
            for (i, c) in self.row(j) {
                if c > limit {
                    break;
                }
                match fate[i] {
                    Fate::Open => {
                        cap = c;
                        break;
                    }
                    Fate::Free if c + penalty(i) > limit => {}
                    Fate::Free => {
                        out.site.push(place[i]);
                        out.cost.push(c);
                        only = i as u32;
                    }
                    Fate::Closed => {}
                }
            }
            if cap > limit {
                cap = NONE;
            }
            match (out.site.len() - begin, cap) {
                (0, NONE) => return None,
                (0, _) => out.constant += cap,
                (size, _) => {
                    if size == 1 && cap == NONE {
                        last.push(only);
                    }
                    out.starts.push(out.site.len());
                    out.clients.push(self.clients[j]);
                    out.cap.push(cap);
                    kept.push(j as u32);
                }
            }
        }
        Some((out, kept, last))
    }

    /// What a set of free sites (positions, as many as the count) costs, scaled; `None` when it leaves a client alone.
    pub fn value(&self, open: &[u32]) -> Option<i64> {
        let mut is_open = vec![false; self.sites.len()];
        open.iter().for_each(|&i| is_open[i as usize] = true);
        let mut total = self.constant + open.iter().map(|&i| self.fixed[i as usize]).sum::<i64>();
        for j in 0..self.clients.len() {
            let served = self.row(j).find(|e| is_open[e.0]).map_or(self.cap[j], |e| e.1);
            if served == NONE {
                return None;
            }
            total += served;
        }
        Some(total)
    }

    /// The set of an answer in the numbers of the whole problem, ascending.
    pub fn names(&self, open: &[u32]) -> Vec<u32> {
        let mut all: Vec<u32> =
            self.opened.iter().copied().chain(open.iter().map(|&i| self.sites[i as usize])).collect();
        all.sort_unstable();
        all
    }

    /// Splits into independent pieces (each with its own sites, clients and no count) and the sites that serve nobody.
    pub fn parts(&self) -> (Vec<Self>, Vec<u32>) {
        let mut root: Vec<u32> = (0..self.sites.len() as u32).collect();
        fn find(root: &mut [u32], mut i: u32) -> u32 {
            while root[i as usize] != i {
                root[i as usize] = root[root[i as usize] as usize];
                i = root[i as usize];
            }
            i
        }
        let mut used = vec![false; self.sites.len()];
        for j in 0..self.clients.len() {
            let span = self.starts[j]..self.starts[j + 1];
            let mut first = find(&mut root, self.site[span.start]);
            for &i in &self.site[span] {
                used[i as usize] = true;
                let other = find(&mut root, i);
                root[other.max(first) as usize] = other.min(first);
                first = other.min(first);
            }
        }
        let mut part_of = vec![u32::MAX; self.sites.len()];
        let mut place = vec![0; self.sites.len()];
        let (mut parts, mut spare): (Vec<Self>, _) = (Vec::new(), Vec::new());
        for i in 0..self.sites.len() {
            if !used[i] {
                spare.push(i as u32);
                continue;
            }
            let head = find(&mut root, i as u32) as usize;
            if part_of[head] == u32::MAX {
                part_of[head] = parts.len() as u32;
                parts.push(Self { starts: vec![0], ..Self::default() });
            }
            part_of[i] = part_of[head];
            let part = &mut parts[part_of[i] as usize];
            place[i] = part.sites.len() as u32;
            part.sites.push(self.sites[i]);
            part.fixed.push(self.fixed[i]);
        }
        for j in 0..self.clients.len() {
            let part = &mut parts[part_of[self.site[self.starts[j]] as usize] as usize];
            for (i, c) in self.row(j) {
                part.site.push(place[i]);
                part.cost.push(c);
            }
            part.starts.push(part.site.len());
            part.clients.push(self.clients[j]);
            part.cap.push(self.cap[j]);
        }
        (parts, spare)
    }
}
