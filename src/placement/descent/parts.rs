//! Independent parts of a piece: only the count joins them. F_c(k), the least cost of part c with k sites, is bounded for
//! all k by one set of multipliers and found exactly only where it matters; a table over the counts adds the parts up.

use super::climb::Climb;
use super::piece::{NONE, Piece, Relaxed};
use super::polish::shake;
use super::proof::Group;
use super::tree::taken;
use super::{Descent, Outcome};

/// Random sets and random exchanges that the local search of a part starts from.
const KICKS: usize = 3;

/// One part and what is known of it by count.
struct Part {
    piece: Piece,
    v: Vec<i64>,
    /// Lower bounds, scaled; [`NONE`] where no answer exists.
    lower: Vec<i64>,
    /// Answers: cost (not scaled) and sites.
    found: Vec<Option<(i64, Vec<u32>)>>,
    /// Whether the lower bound is the cost of the answer, or nothing is left to find.
    exact: Vec<bool>,
    /// Nodes that the next search may take.
    effort: Vec<u64>,
    /// Averaged openings.
    opening: Vec<f64>,
    /// Multipliers that a search with a count came to.
    starts: Vec<Option<Vec<i64>>>,
    /// Sites by reduced cost.
    order: Vec<u32>,
    group: Group,
}

/// Costs of the counts of each part that may matter.
type Table = Vec<Vec<(usize, i64)>>;

impl Descent<'_> {
    /// Solves a piece part by part; `None` where it does not fall apart enough for that.
    pub(super) fn parted(
        &mut self,
        piece: &Piece,
        v: &[i64],
        opening: &[f64],
        cutoff: i64,
        root: &Piece,
        least: f64,
    ) -> Option<(Outcome, Vec<Group>)> {
        let count = piece.count?;
        let (pieces, spare) = piece.parts();
        let largest = pieces.iter().map(|p| p.site.len()).max()?;
        if pieces.len() < 2 || largest as f64 > least * piece.site.len() as f64 {
            return None;
        }
        self.observer.note(&format!(
            "{} parts, the largest of {} sites",
            pieces.len(),
            pieces.iter().map(|p| p.sites.len()).max()?
        ));
        let mut relaxed = Relaxed::default();
        let v = taken(root, v, piece);
        piece.relax(&v, &mut relaxed);
        let slope = relaxed.margin.0;
        let mut parts: Vec<Part> = pieces.into_iter().map(|p| self.part(p, piece, &v, opening)).collect();
        self.level += 1;
        let outcome = self.sum(&mut parts, piece, &spare, count, slope, cutoff);
        self.level -= 1;
        Some((outcome, parts.into_iter().map(|p| p.group).collect()))
    }

    fn part(&self, piece: Piece, whole: &Piece, v: &[i64], opening: &[f64]) -> Part {
        let v = taken(whole, v, &piece);
        let climb = Climb::new(&piece, v, self.top, 0.3, 5);
        let (v, reduced) = (climb.v, climb.best.reduced);
        let place = |i: &u32| whole.sites.binary_search(i).map_or(0.0, |at| opening[at]);
        let opening = piece.sites.iter().map(place).collect();
        let mut order: Vec<u32> = (0..piece.sites.len() as u32).collect();
        order.sort_by_key(|&i| (reduced[i as usize], i));
        let mut total = v.iter().sum::<i64>();
        let alone = piece.cap.iter().all(|&c| c != NONE);
        let mut lower = vec![if alone { piece.cap.iter().sum() } else { NONE }];
        for &i in &order {
            total += reduced[i as usize];
            lower.push(self.up(total) * self.scale);
        }
        let (sites, clients) = (piece.sites.clone(), piece.clients.clone());
        let group = Group { sites, clients, multipliers: v.clone(), claims: Vec::new() };
        let counts = lower.len();
        let mut exact = vec![false; counts];
        let mut found = vec![None; counts];
        exact[0] = true;
        if alone {
            found[0] = Some((lower[0] / self.scale, Vec::new()));
        }
        Part {
            piece,
            v,
            lower,
            found,
            exact,
            effort: vec![1; counts],
            opening,
            starts: vec![None; counts],
            order,
            group,
        }
    }

    fn sum(
        &mut self,
        parts: &mut [Part],
        whole: &Piece,
        spare: &[u32],
        count: usize,
        slope: i64,
        mut cutoff: i64,
    ) -> Outcome {
        let mut best = None;
        let mut lower;
        loop {
            let bounds: Vec<Vec<i64>> = parts.iter().map(|p| p.lower.clone()).collect();
            let room = cutoff.saturating_mul(self.scale);
            let Some((total, counts)) = add_up(&bounds, whole.constant, count, spare.len(), slope, room) else {
                lower = cutoff + 1;
                break;
            };
            lower = self.up(total);
            let missing = |c: &usize| !parts[*c].exact[counts[*c]];
            let Some(c) = (0..parts.len())
                .filter(missing)
                .min_by_key(|&c| (parts[c].effort[counts[c]], parts[c].piece.site.len(), c))
            else {
                best = Some((lower, union(parts, whole, spare, count, &counts)));
                cutoff = lower - 1;
                break;
            };
            if self.over() {
                break;
            }
            let known = parts[c].lower[counts[c]];
            let within = self.up(known) + cutoff - lower;
            self.refine(&mut parts[c], counts[c], within);
            if let Some(found) = self.answer(parts, whole, spare, count, slope, cutoff) {
                cutoff = found.0 - 1;
                best = Some(found);
            }
        }
        let complete = lower > cutoff;
        Outcome {
            lower: lower.min(best.as_ref().map_or(i64::MAX, |b| b.0)),
            found: best,
            complete,
            proof: None,
            v: Vec::new(),
        }
    }

    /// Solves one part with one count, for answers up to `within`.
    fn refine(&mut self, part: &mut Part, k: usize, within: i64) {
        let mut piece = part.piece.clone();
        piece.count = Some(k);
        let effort = part.effort[k];
        part.effort[k] = effort.saturating_mul(8);
        let mut limit = within;
        if let Some((value, open)) = shake(&piece, &part.order[..k], &part.opening, KICKS, effort) {
            let value = value / self.scale;
            if part.found[k].as_ref().is_none_or(|f| value < f.0) {
                part.found[k] = Some((value, piece.names(&open)));
            }
        }
        if let Some((value, _)) = part.found[k] {
            limit = limit.min(value - 1);
        }
        let fence = self.fence;
        self.fence = fence.min(self.nodes.saturating_add(effort));
        let start = part.starts[k].take();
        let fresh = start.is_none();
        let outcome = self.search(piece, start.unwrap_or_else(|| part.v.clone()), limit, fresh);
        part.starts[k] = Some(outcome.v);
        self.fence = fence;
        if let Some(found) = outcome.found {
            part.found[k] = Some(found);
        }
        part.lower[k] = part.lower[k].max(outcome.lower.saturating_mul(self.scale));
        part.exact[k] = outcome.complete && part.found[k].as_ref().is_some_and(|f| f.0 <= within);
        if let Some(proof) = outcome.proof {
            let claims = &mut part.group.claims;
            if let Some(at) = claims.iter().position(|c| c.0 == k) {
                self.room += claims.swap_remove(at).1.size();
            }
            claims.push((k, proof));
        }
    }

    /// The best answer that the parts' answers make together, if it is within the cutoff.
    fn answer(
        &self,
        parts: &[Part],
        whole: &Piece,
        spare: &[u32],
        count: usize,
        slope: i64,
        cutoff: i64,
    ) -> Option<(i64, Vec<u32>)> {
        let scaled = |f: &Option<(i64, Vec<u32>)>| f.as_ref().map_or(NONE, |f| f.0 * self.scale);
        let costs: Vec<Vec<i64>> = parts.iter().map(|p| p.found.iter().map(scaled).collect()).collect();
        let room = cutoff.saturating_mul(self.scale);
        let (total, counts) = add_up(&costs, whole.constant, count, spare.len(), slope, room)?;
        Some((self.up(total), union(parts, whole, spare, count, &counts)))
    }
}

/// The sites of an answer, ascending.
fn union(parts: &[Part], whole: &Piece, spare: &[u32], count: usize, counts: &[usize]) -> Vec<u32> {
    let mut all = whole.opened.clone();
    for (part, &k) in parts.iter().zip(counts) {
        all.extend(part.found[k].iter().flat_map(|f| &f.1));
    }
    let rest = count - counts.iter().sum::<usize>();
    all.extend(spare[..rest].iter().map(|&i| whole.sites[i as usize]));
    all.sort_unstable();
    all
}

/// The least sum of one cost a part, with counts that make `count` together with up to `spare` idle sites, if it is at
/// most `room`. `slope` is about what one more site saves (at most 0): it only says which counts to look at first.
fn add_up(
    costs: &[Vec<i64>],
    constant: i64,
    count: usize,
    spare: usize,
    slope: i64,
    room: i64,
) -> Option<(i64, Vec<usize>)> {
    // Tilted costs F(k) − slope·k are smallest near the right counts; what exceeds the smallest sum by too much is left out.
    let tilted = |c: i64, k: usize| c - slope * k as i64;
    let least: Option<Vec<i64>> =
        costs.iter().map(|f| f.iter().enumerate().filter(|e| *e.1 != NONE).map(|(k, &c)| tilted(c, k)).min()).collect();
    let least = least?;
    let base = constant + least.iter().sum::<i64>() + slope * count as i64;
    let room = room.checked_sub(base).filter(|&r| r >= 0)?;
    let table: Table = costs
        .iter()
        .zip(&least)
        .map(|(f, low)| {
            let over = f.iter().enumerate().filter(|e| *e.1 != NONE).map(|(k, &c)| (k, tilted(c, k) - low));
            over.filter(|e| e.1 <= room).collect()
        })
        .collect();
    let first: usize = table.iter().map(|t| t[0].0).sum();
    let width = table.iter().map(|t| t[t.len() - 1].0 - t[0].0).sum::<usize>() + 1;
    let mut sums = vec![NONE; width];
    sums[0] = 0;
    let mut reach = 1;
    let mut choices: Vec<Vec<u32>> = Vec::new();
    for options in &table {
        let begin = options[0].0;
        let mut next = vec![NONE; (reach + options[options.len() - 1].0 - begin).min(width)];
        let mut choice = vec![u32::MAX; next.len()];
        for (t, &sum) in sums[..reach].iter().enumerate().filter(|e| *e.1 != NONE) {
            for &(k, over) in options {
                let at = t + k - begin;
                if sum + over <= room && sum + over < next[at] {
                    next[at] = sum + over;
                    choice[at] = k as u32;
                }
            }
        }
        reach = next.len();
        sums[..reach].copy_from_slice(&next);
        choices.push(choice);
    }
    let idle = |s: usize| {
        let at = count.checked_sub(s)?.checked_sub(first).filter(|&t| t < reach)?;
        (sums[at] != NONE).then(|| (sums[at] - slope * s as i64, at))
    };
    let (over, mut at) = (0..=spare).filter_map(idle).min()?;
    if over > room {
        return None;
    }
    let mut counts = vec![0; table.len()];
    for c in (0..table.len()).rev() {
        counts[c] = choices[c][at] as usize;
        at -= counts[c] - table[c][0].0;
    }
    Some((base + over, counts))
}
