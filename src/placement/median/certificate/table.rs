//! The least sum of one number a group when the counts must add up.

/// The least Σ_g table_g(k_g) over Σ_g k_g + s = `count` with 0 ≤ s ≤ `spare`; nothing where no choice exists.
/// Only counts near the cheapest can matter once a first sum is known, so the table is filled in two passes.
pub(super) fn least(tables: &[Vec<Option<i128>>], count: usize, spare: usize) -> Option<i128> {
    let slope = slope(tables, count);
    let tilted = |k: usize, x: i128| x - slope * k as i128;
    let mut lows = Vec::new();
    for table in tables {
        lows.push(table.iter().enumerate().filter_map(|(k, x)| x.map(|x| tilted(k, x))).min()?);
    }
    let mut room = i128::from(1u32) << 20;
    loop {
        let options: Vec<Vec<(usize, i128)>> = tables
            .iter()
            .zip(&lows)
            .map(|(table, low)| {
                let over = table.iter().enumerate().filter_map(|(k, x)| x.map(|x| (k, tilted(k, x) - low)));
                over.filter(|e| e.1 <= room).collect()
            })
            .collect();
        let whole = options.iter().zip(tables).all(|(o, t)| o.len() == t.iter().flatten().count());
        // A sum within the room is the least of all, for whatever was left out exceeds the room by itself.
        match fill(&options, count, spare, slope).filter(|&over| whole || over <= room) {
            Some(over) => return Some(over + lows.iter().sum::<i128>() + slope * count as i128),
            None if whole => return None,
            None => room = room.saturating_mul(16),
        }
    }
}

/// The least sum of the options, tilted.
fn fill(options: &[Vec<(usize, i128)>], count: usize, spare: usize, slope: i128) -> Option<i128> {
    let first: usize = options.iter().map(|o| o[0].0).sum();
    let mut sums: Vec<Option<i128>> = vec![Some(0)];
    for option in options {
        let begin = option[0].0;
        let mut next = vec![None; sums.len() + option[option.len() - 1].0 - begin];
        for (t, sum) in sums.iter().enumerate().filter_map(|(t, s)| s.map(|s| (t, s))) {
            for &(k, over) in option {
                let slot: &mut Option<i128> = &mut next[t + k - begin];
                *slot = Some(slot.map_or(sum + over, |x| x.min(sum + over)));
            }
        }
        sums = next;
    }
    let idle = |s: usize| {
        let at = count.checked_sub(s)?.checked_sub(first)?;
        sums.get(at).copied().flatten().map(|over| over - slope * s as i128)
    };
    (0..=spare.min(count)).filter_map(idle).min()
}

/// About what the last of `count` sites saves: the count-th of all steps of the tables, steepest first.
fn slope(tables: &[Vec<Option<i128>>], count: usize) -> i128 {
    let steps = tables.iter().flat_map(|t| t.windows(2).filter_map(|w| Some(w[1]? - w[0]?)));
    let mut steps: Vec<i128> = steps.map(|s| s.min(0)).collect();
    if steps.is_empty() || count == 0 {
        return 0;
    }
    let at = (count - 1).min(steps.len() - 1);
    *steps.select_nth_unstable(at).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::dice::Dice;

    /// All choices, one after the other.
    fn tried(tables: &[Vec<Option<i128>>], count: usize, spare: usize) -> Option<i128> {
        match tables.split_first() {
            None => (count <= spare).then_some(0),
            Some((table, rest)) => {
                (0..table.len().min(count + 1)).filter_map(|k| Some(table[k]? + tried(rest, count - k, spare)?)).min()
            }
        }
    }

    #[test]
    fn the_least_sum_is_that_of_all_choices() {
        for seed in 0..2000 {
            let mut dice = Dice::new(seed);
            let mut number = |top: usize| {
                let x = dice.below(top + top / 4);
                (x < top).then_some(x as i128 * 1_000_000 - 500)
            };
            let tables: Vec<Vec<Option<i128>>> = (0..=seed as usize % 4)
                .map(|g| (0..2 + (g + seed as usize) % 4).map(|_| number(50)).collect())
                .collect();
            for count in 0..7 {
                for spare in 0..3 {
                    assert_eq!(least(&tables, count, spare), tried(&tables, count, spare), "seed {seed} count {count}");
                }
            }
        }
    }
}
