//! What stands before the camera: sheets of paper or screens with codes on a wall. Unit: one module.
//! Knows brightness at a point; does not know cameras.
//! Specified in specs/performance.md, "Photographs".

use super::Dice;
use super::codes::Code;

/// A code somewhere on the wall, with its white border.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    code: Code,
    /// Upper left corner of the code, in modules of the first code.
    left: f32,
    top: f32,
    /// Size of its module.
    unit: f32,
}

/// Light modules around a code on paper.
const BORDER: f32 = 4.0;

impl Sheet {
    /// One code, its middle in the middle of the wall.
    pub(super) fn alone(code: &Code) -> Self {
        let half = side(code) / 2.0;
        Self {
            code: code.clone(),
            left: -half,
            top: -half,
            unit: 1.0,
        }
    }

    /// One code left of the middle.
    pub(super) fn left(code: &Code) -> Self {
        Self {
            left: -side(code) - 2.0 * BORDER,
            ..Self::alone(code)
        }
    }

    /// A code right of the middle, as large as the one left of it.
    pub(super) fn right(code: &Code, beside: &Code) -> Self {
        let unit = side(beside) / side(code);
        Self {
            left: 2.0 * BORDER,
            top: -side(beside) / 2.0,
            unit,
            ..Self::alone(code)
        }
    }

    /// Brightness of paper or ink, 0 to 1; none beside the sheet.
    fn shade(&self, x: f32, y: f32) -> Option<f32> {
        let (x, y) = ((x - self.left) / self.unit, (y - self.top) / self.unit);
        let side = side(&self.code);
        let inside = -BORDER..side + BORDER;
        if !inside.contains(&x) || !inside.contains(&y) {
            return None;
        }
        let is_dark = x >= 0.0 && y >= 0.0 && self.code.is_dark(whole(x), whole(y));
        Some(if is_dark { 0.1 } else { 0.9 })
    }
}

/// Modules on a side.
fn side(code: &Code) -> f32 {
    f32::from(code.side)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "not negative, and small"
)]
const fn whole(value: f32) -> usize {
    value as usize
}

/// Up and down between 0 and 1.
fn wave(at: f32) -> f32 {
    let part = at - at.floor();
    2.0 * part.min(1.0 - part)
}

/// A wall with sheets on it.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    sheets: Vec<Sheet>,
    wall: f32,
    stripes: f32,
    phase: f32,
}

impl Scene {
    pub(super) fn of(sheets: Vec<Sheet>, dice: &mut Dice) -> Self {
        Self {
            sheets,
            wall: dice.between(0.2, 0.8),
            stripes: dice.between(3.0, 40.0),
            phase: dice.between(0.0, 6.0),
        }
    }

    /// Half the width and half the height of all sheets.
    pub(super) fn half(&self) -> (f32, f32) {
        let reach = |from: f32, sheet: &Sheet| {
            let end = from + side(&sheet.code) * sheet.unit;
            (from - BORDER).abs().max((end + BORDER).abs())
        };
        self.sheets
            .iter()
            .fold((20.0, 20.0), |(x, y): (f32, f32), sheet| {
                (
                    x.max(reach(sheet.left, sheet)),
                    y.max(reach(sheet.top, sheet)),
                )
            })
    }

    /// Brightness at a point, 0 to 1. The wall has boards and lettering, so that it is no plain ground.
    pub(super) fn shade(&self, x: f32, y: f32) -> f32 {
        if let Some(shade) = self.sheets.iter().find_map(|sheet| sheet.shade(x, y)) {
            return shade;
        }
        let board =
            wave((x + self.phase) / self.stripes) * wave((y - self.phase) / self.stripes / 0.7);
        let line = wave((x * 0.9 + y * 0.2) / 14.0) > 0.9;
        (self.wall + 0.3 * board - if line { 0.25 } else { 0.0 }).clamp(0.02, 0.98)
    }
}
