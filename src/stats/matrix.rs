//! Small symmetric matrices by rows, of which it is not known whether they are positive definite.

/// Cholesky factor; `None` where the matrix is not positive definite.
pub fn factor(a: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let n = a.len();
    let mut l = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let rest = a[i][j] - (0..j).map(|k| l[i][k] * l[j][k]).sum::<f64>();
            if i == j {
                if !(rest.is_finite() && rest > 0.0) {
                    return None;
                }
                l[i][i] = rest.sqrt();
            } else {
                l[i][j] = rest / l[j][j];
            }
        }
    }
    Some(l)
}

/// Solves `L Lᵀ x = b` for a [`factor`] `L`.
pub fn solve(l: &[Vec<f64>], b: &[f64]) -> Vec<f64> {
    let n = b.len();
    let mut x = b.to_vec();
    for i in 0..n {
        x[i] = (x[i] - (0..i).map(|k| l[i][k] * x[k]).sum::<f64>()) / l[i][i];
    }
    for i in (0..n).rev() {
        x[i] = (x[i] - (i + 1..n).map(|k| l[k][i] * x[k]).sum::<f64>()) / l[i][i];
    }
    x
}

/// Inverse; `None` where the matrix is not positive definite.
pub fn inverse(a: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let l = factor(a)?;
    let unit = |k: usize| (0..a.len()).map(|i| f64::from(u8::from(i == k))).collect::<Vec<_>>();
    Some((0..a.len()).map(|k| solve(&l, &unit(k))).collect())
}
