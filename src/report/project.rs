//! From longitude and latitude to the plane of the picture.

/// A map projection of a region into a picture `WIDTH` wide.
#[derive(Clone, Copy, Debug)]
pub struct Projection {
    form: Form,
    scale: f64,
    left: f64,
    top: f64,
    /// Height of the picture.
    pub height: f64,
}

/// Width of the picture in its own units.
pub const WIDTH: f64 = 1000.0;

#[derive(Clone, Copy, Debug)]
enum Form {
    /// Albers' equal-area conic (Snyder, Map projections, 1987, equations 14-1 to 14-6, sphere of radius 1).
    Albers { n: f64, c: f64, rho0: f64, lon0: f64 },
    /// Equirectangular with true scale at the middle latitude, for regions too small to show the earth's curve.
    Plain { cos0: f64, lon0: f64 },
}

/// Smallest span of latitudes, in degrees, at which the conic is used.
const CONIC_FROM: f64 = 4.0;
/// Smallest and largest height of the picture.
const HEIGHTS: (f64, f64) = (520.0, 820.0);

impl Form {
    fn new(lon: (f64, f64), lat: (f64, f64)) -> Self {
        let lon0 = f64::midpoint(lon.0, lon.1);
        let middle = f64::midpoint(lat.0, lat.1).to_radians();
        // Standard parallels a sixth of the span inside the edges, the usual choice for the least distortion.
        let sixth = (lat.1 - lat.0) / 6.0;
        let (p1, p2) = ((lat.0 + sixth).to_radians(), (lat.1 - sixth).to_radians());
        let n = f64::midpoint(p1.sin(), p2.sin());
        if lat.1 - lat.0 < CONIC_FROM || n.abs() < 0.05 {
            return Self::Plain { cos0: middle.cos().max(0.01), lon0 };
        }
        let c = p1.cos().powi(2) + 2.0 * n * p1.sin();
        Self::Albers { n, c, rho0: (c - 2.0 * n * middle.sin()).max(0.0).sqrt() / n, lon0 }
    }

    /// Plane coordinates, y pointing up.
    fn plane(&self, lon: f64, lat: f64) -> (f64, f64) {
        match *self {
            Self::Albers { n, c, rho0, lon0 } => {
                let rho = (c - 2.0 * n * lat.to_radians().sin()).max(0.0).sqrt() / n;
                let theta = n * (lon - lon0).to_radians();
                (rho * theta.sin(), rho0 - rho * theta.cos())
            }
            Self::Plain { cos0, lon0 } => ((lon - lon0).to_radians() * cos0, lat.to_radians()),
        }
    }
}

impl Projection {
    /// Fits points (longitude, latitude in degrees) into the picture; `None` without any.
    pub fn fit(points: &[(f64, f64)]) -> Option<Self> {
        let (lon, lat) = (range(points.iter().map(|p| p.0))?, range(points.iter().map(|p| p.1))?);
        let form = Form::new(lon, lat);
        let plane: Vec<_> = points.iter().map(|p| form.plane(p.0, p.1)).collect();
        let (x, y) = (range(plane.iter().map(|p| p.0))?, range(plane.iter().map(|p| p.1))?);
        // A single place still needs some surroundings: about 30 km.
        let (dx, dy) = ((x.1 - x.0).max(0.005), (y.1 - y.0).max(0.005));
        let height = (WIDTH * dy / dx).clamp(HEIGHTS.0, HEIGHTS.1);
        let margin = 34.0;
        let scale = ((WIDTH - 2.0 * margin) / dx).min((height - 2.0 * margin) / dy);
        let (cx, cy) = (f64::midpoint(x.0, x.1), f64::midpoint(y.0, y.1));
        Some(Self { form, scale, left: WIDTH / 2.0 - cx * scale, top: height / 2.0 + cy * scale, height })
    }

    /// Where a place stands in the picture.
    pub fn place(&self, lon: f64, lat: f64) -> (f64, f64) {
        let (x, y) = self.form.plane(lon, lat);
        (self.left + x * self.scale, self.top - y * self.scale)
    }

    /// Kilometres that one unit of the picture stands for.
    pub fn kilometres_per_unit(&self) -> f64 {
        6371.0088 / self.scale
    }
}

fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values
        .filter(|v| v.is_finite())
        .fold(None, |r, v| Some(r.map_or((v, v), |(a, b): (f64, f64)| (a.min(v), b.max(v)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Snyder 1987, page 292: Albers on the sphere, standard parallels 29.5° and 45.5°, origin 23° N 96° W,
    /// 35° N 75° W gives x = 0.2952720, y = 0.2416774.
    #[test]
    fn albers_of_the_textbook() {
        let (p1, p2) = (29.5f64.to_radians(), 45.5f64.to_radians());
        let n = f64::midpoint(p1.sin(), p2.sin());
        let c = p1.cos().powi(2) + 2.0 * n * p1.sin();
        let rho0 = (c - 2.0 * n * 23f64.to_radians().sin()).sqrt() / n;
        let (x, y) = Form::Albers { n, c, rho0, lon0: -96.0 }.plane(-75.0, 35.0);
        assert!((x - 0.295_272_0).abs() < 1e-6 && (y - 0.241_677_4).abs() < 1e-6, "{x} {y}");
    }

    #[test]
    fn everything_fits_into_the_picture() {
        for points in [
            vec![(75.0, 39.0), (135.0, 48.0), (110.0, 18.0)],
            vec![(121.0, 31.0), (121.5, 31.2)],
            vec![(121.0, 31.0)],
            vec![(-3.0, -8.0), (4.0, 8.0)],
        ] {
            let map = Projection::fit(&points).unwrap();
            for p in points {
                let (x, y) = map.place(p.0, p.1);
                assert!((0.0..=WIDTH).contains(&x) && (0.0..=map.height).contains(&y), "{p:?} → {x} {y}");
            }
        }
        assert!(Projection::fit(&[]).is_none());
    }

    #[test]
    fn north_is_up_and_a_degree_is_111_kilometres() {
        let map = Projection::fit(&[(121.0, 31.0), (121.5, 31.9)]).unwrap();
        let (a, b) = (map.place(121.2, 31.2), map.place(121.2, 31.7));
        assert!(b.1 < a.1);
        assert!(((a.1 - b.1) * map.kilometres_per_unit() - 0.5 * 111.19).abs() < 0.1);
    }
}
