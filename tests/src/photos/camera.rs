//! The camera: where it stands, and the picture that its lens throws.
//! Knows rays and a plane; does not know grain or files.
//! Specified in specs/performance.md, "Photographs".

use super::scene::Scene;
use super::{Dice, Distortion};

/// A grey picture before the film: brightness 0 to 1.
#[derive(Clone, Debug)]
pub(super) struct Exposure {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Vec<f32>,
}

/// Where the camera stands and how it is held.
#[derive(Clone, Debug)]
pub(super) struct Pose {
    width: usize,
    height: usize,
    /// Focal length in pixels.
    focal: f32,
    /// Axes of the wall as the camera sees them.
    across: [f32; 3],
    down: [f32; 3],
    out: [f32; 3],
    distance: f32,
    /// Where the middle of the wall lies in the picture, from its middle, in pixels.
    shift: (f32, f32),
    /// How much the lens bends straight lines.
    bend: f32,
}

impl Pose {
    pub(super) fn of(distortion: Distortion, scene: &Scene, dice: &mut Dice) -> Self {
        use Distortion as D;
        let degrees = std::f32::consts::PI / 180.0;
        let (width, height) = match distortion {
            D::Large => (4_000, 3_000),
            D::Foreign | D::Two => (1_600, 900),
            _ => (1_200, 900),
        };
        let turn = match distortion {
            D::Rotated => dice.between(0.0, 360.0),
            D::Mixed => dice.between(-30.0, 30.0),
            _ => dice.between(-4.0, 4.0),
        };
        let tilt = match distortion {
            D::Tilted => dice.between(20.0, 40.0),
            D::Mixed => dice.between(8.0, 22.0),
            _ => dice.between(0.0, 5.0),
        };
        let towards = dice.between(0.0, 360.0);
        let focal = width as f32 * dice.between(0.9, 1.3);
        let (half_width, half_height) = scene.half();
        let fits = (width as f32 / 2.0 / half_width).min(height as f32 / 2.0 / half_height);
        let module = match distortion {
            D::Small => dice.between(2.6, 3.4),
            D::Mixed => fits * dice.between(0.55, 0.75),
            D::Foreign | D::Two | D::Rotated | D::Tilted => fits * dice.between(0.6, 0.7),
            _ => fits * dice.between(0.6, 0.9),
        };
        let room = if module < fits * 0.8 { 0.08 } else { 0.02 };
        let (across, down, out) = axes(turn * degrees, tilt * degrees, towards * degrees);
        Self {
            width,
            height,
            focal,
            across,
            down,
            out,
            distance: focal / module,
            shift: (
                width as f32 * dice.between(-room, room),
                height as f32 * dice.between(-room, room),
            ),
            bend: dice.between(-0.02, 0.04),
        }
    }

    /// Pixels of a module in the middle of the picture.
    pub(super) fn pixels_per_module(&self) -> f32 {
        self.focal / self.distance
    }

    /// What falls on the film: each pixel the mean of several points, fewer where a module has many pixels.
    pub(super) fn expose(&self, scene: &Scene) -> Exposure {
        let parts: u8 = if self.pixels_per_module() > 8.0 { 2 } else { 3 };
        let share = 1.0 / f32::from(parts);
        let mut pixels = Vec::with_capacity(self.width * self.height);
        for y in 0..self.height {
            for x in 0..self.width {
                let mut sum = 0.0;
                for part in 0..parts * parts {
                    let (dx, dy) = (f32::from(part % parts), f32::from(part / parts));
                    let at = (x as f32 + (dx + 0.5) * share, y as f32 + (dy + 0.5) * share);
                    let (u, v) = self.on_wall(at);
                    sum += scene.shade(u, v);
                }
                pixels.push(sum * share * share);
            }
        }
        Exposure {
            width: self.width,
            height: self.height,
            pixels,
        }
    }

    /// The point of the wall that is seen at a point of the picture.
    fn on_wall(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let x = (x - self.width as f32 / 2.0 - self.shift.0) / self.focal;
        let y = (y - self.height as f32 / 2.0 - self.shift.1) / self.focal;
        let bent = 1.0 + self.bend * (x * x + y * y) * 4.0;
        let ray = [x * bent, y * bent, 1.0];
        let reach = self.distance * self.out[2] / dot(ray, self.out).max(0.01);
        let point = [
            ray[0] * reach,
            ray[1] * reach,
            ray[2] * reach - self.distance,
        ];
        (dot(point, self.across), dot(point, self.down))
    }
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

type Axis = [f32; 3];

/// The axes of a plane that is turned in itself, then tilted about an axis in it.
fn axes(turn: f32, tilt: f32, towards: f32) -> (Axis, Axis, Axis) {
    let (axis_x, axis_y) = (towards.cos(), towards.sin());
    // Rodrigues' formula about (axis_x, axis_y, 0).
    let tilted = |x: f32, y: f32, z: f32| {
        let along = axis_x * x + axis_y * y;
        let cross = [axis_y * z, -axis_x * z, axis_x * y - axis_y * x];
        let (sin, cos) = (tilt.sin(), tilt.cos());
        [
            x * cos + cross[0] * sin + axis_x * along * (1.0 - cos),
            y * cos + cross[1] * sin + axis_y * along * (1.0 - cos),
            z * cos + cross[2] * sin,
        ]
    };
    (
        tilted(turn.cos(), turn.sin(), 0.0),
        tilted(-turn.sin(), turn.cos(), 0.0),
        tilted(0.0, 0.0, 1.0),
    )
}
