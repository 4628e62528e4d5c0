//! From planes of samples to RGBA, or to four inks.

use super::markers::Colours;
use super::planes::Plane;

/// Four bytes a pixel: red, green, blue and opacity, or cyan, magenta, yellow and black, 255 for all of an ink. `side` is the
/// number of samples across a block of full size.
pub fn interleaved(planes: &[Plane], colours: Colours, width: usize, height: usize, side: usize) -> Vec<u8> {
    let mut rgba = vec![255; width * height * 4];
    let unit_across = planes.iter().map(|plane| plane.component.across).max().unwrap_or(1);
    let unit_down = planes.iter().map(|plane| plane.component.down).max().unwrap_or(1);
    let enlarge: Vec<Enlarge> = planes
        .iter()
        .map(|plane| Enlarge {
            // Samples of the picture for each sample of the plane, as fractions.
            across: (side * usize::from(unit_across), plane.across * usize::from(plane.component.across)),
            down: (side * usize::from(unit_down), plane.down * usize::from(plane.component.down)),
        })
        .collect();
    let mut rows: Vec<Vec<u8>> = planes.iter().map(|_| vec![0; width]).collect();
    for (y, out) in rgba.chunks_exact_mut(width.max(1) * 4).enumerate() {
        for ((plane, enlarge), row) in planes.iter().zip(&enlarge).zip(&mut rows) {
            enlarge.row(plane, y, row);
        }
        let out = out.as_chunks_mut::<4>().0;
        match (colours, rows.as_slice()) {
            (Colours::YCbCr, [luma, blue, red, ..]) => {
                for (((out, &y), &cb), &cr) in out.iter_mut().zip(luma).zip(blue).zip(red) {
                    let [r, g, b] = rgb_of_ycbcr(y, cb, cr);
                    *out = [r, g, b, 255];
                }
            }
            (Colours::Rgb, [red, green, blue, ..]) => {
                for (((out, &r), &g), &b) in out.iter_mut().zip(red).zip(green).zip(blue) {
                    *out = [r, g, b, 255];
                }
            }
            (Colours::Cmyk { inverted } | Colours::Ycck { inverted }, [a, b, c, black]) => {
                let is_ycck = matches!(colours, Colours::Ycck { .. });
                for ((((out, &a), &b), &c), &k) in out.iter_mut().zip(a).zip(b).zip(c).zip(black) {
                    let inks =
                        if is_ycck { rgb_of_ycbcr(a, b, c).map(|light| 255 - light) } else { [a, b, c] };
                    let [c, m, y] = inks;
                    *out = [c, m, y, k].map(|ink| if inverted { 255 - ink } else { ink });
                }
            }
            (_, [gray, ..]) => {
                for (out, &y) in out.iter_mut().zip(gray) {
                    *out = [y, y, y, 255];
                }
            }
            _ => {}
        }
    }
    rgba
}

/// Makes red, green and blue of inks as if each let the other two through: what most programs show without a profile.
pub fn mix_inks(samples: &mut [u8]) {
    for pixel in samples.as_chunks_mut::<4>().0 {
        let [c, m, y, k] = pixel.map(|ink| u32::from(255 - ink));
        let through = |ink: u32| ((ink * k + 127) / 255) as u8;
        *pixel = [through(c), through(m), through(y), 255];
    }
}

/// JFIF's full-range BT.601.
#[inline]
fn rgb_of_ycbcr(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    // 1.402, 0.344136, 0.714136 and 1.772 times 2^16.
    let (y, cb, cr) = (i32::from(y) << 16 | 1 << 15, i32::from(cb) - 128, i32::from(cr) - 128);
    let clamp = |value: i32| (value >> 16).clamp(0, 255) as u8;
    [clamp(y + 91881 * cr), clamp(y - 22554 * cb - 46802 * cr), clamp(y + 116_130 * cb)]
}

/// How a plane is stretched to the size of the picture: (of the picture, of the plane).
struct Enlarge {
    across: (usize, usize),
    down: (usize, usize),
}

impl Enlarge {
    /// The plane's samples along row `y` of the picture. Between samples values are interpolated; a sample lies in the
    /// middle of what it covers.
    fn row(&self, plane: &Plane, y: usize, row: &mut [u8]) {
        let (above, below, down) = place(y, self.down, plane.used_down * plane.down);
        let stride = plane.stride();
        let line = |y: usize| plane.samples.get(y * stride..(y + 1) * stride).unwrap_or(&[]);
        let (above, below) = (line(above), line(below));
        let used = plane.used_across * plane.across;
        if self.across.0 == self.across.1 && down == 0 {
            for (out, sample) in row.iter_mut().zip(above) {
                *out = *sample;
            }
        } else if self.across.0 == 2 * self.across.1 {
            doubled(row, above, below, used, down);
        } else {
            for (x, out) in row.iter_mut().enumerate() {
                let (left, right, across) = place(x, self.across, used);
                let at = |line: &[u8], x: usize| line.get(x).copied().map_or(128, u32::from);
                let mix = |a: u32, b: u32, part: u32| a * (16 - part) + b * part;
                let upper = mix(at(above, left), at(above, right), across);
                let lower = mix(at(below, left), at(below, right), across);
                *out = ((mix(upper, lower, down) + 128) >> 8) as u8;
            }
        }
    }
}

/// Rows or columns before and after a place, and how far it is to the second one in sixteenths.
fn place(at: usize, (picture, plane): (usize, usize), used: usize) -> (usize, usize, u32) {
    let last = used.saturating_sub(1);
    if picture == plane {
        return (at.min(last), at.min(last), 0);
    }
    // Middle of the sample, in 32nds of a sample of the plane.
    let middle = ((2 * at + 1) * 16 * plane / picture).saturating_sub(16);
    let (first, part) = (middle / 32, middle % 32 / 2);
    (first.min(last), (first + 1).min(last), part as u32)
}

/// Two samples for one: three quarters of the nearer, one quarter of the other.
fn doubled(row: &mut [u8], above: &[u8], below: &[u8], used: usize, down: u32) {
    let line: Vec<u32> = above
        .iter()
        .zip(below)
        .take(used)
        .map(|(&a, &b)| u32::from(a) * (16 - down) + u32::from(b) * down)
        .collect();
    let Some((&first, &last)) = line.first().zip(line.last()) else { return };
    let before = std::iter::once(&first).chain(&line);
    let after = line.iter().skip(1).chain(std::iter::once(&last));
    for (((out, &own), before), after) in row.chunks_mut(2).zip(&line).zip(before).zip(after) {
        let values = [own * 3 + before + 32, own * 3 + after + 32];
        for (place, value) in out.iter_mut().zip(values) {
            *place = (value >> 6) as u8;
        }
    }
}
