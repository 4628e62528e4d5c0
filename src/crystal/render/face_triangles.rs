//! Faces on the GPU: triangles in their order of painting, blended over what is opaque.
//!
//! The processor turns the few hundred polygons of a picture into clip space, cuts them at the target and lights them; what
//! is left to the GPU is to fill triangles, four samples a pixel, tested against the depth of the atoms.

use std::sync::OnceLock;

use bytemuck::{Pod, Zeroable};
use glam::{Vec2, Vec3, Vec4};

use super::{
    Layer, Picture, Tile,
    faces::lit_face,
    gpu::instances,
    painting::{Eye, PaintingTree},
    target::{COLOR_FORMAT, DEPTH_FORMAT},
};
use crate::{
    crystal::scene::CameraFrame,
    gpu::{GpuContext, GpuError, LedgerBuffer, Owner},
};

/// `FaceIn` of the shader: 36 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
struct FaceVertex {
    position: [f32; 4],
    color: [f32; 4],
    distance: f32,
}

const ATTRIBUTES: [wgpu::VertexAttribute; 3] =
    wgpu::vertex_attr_array![0 => Float32x4, 1 => Float32x4, 2 => Float32];
/// How far beyond the target, in half its sides, polygons are cut: the cuts are not seen.
const BEYOND: f32 = 1.02;

/// The pipeline of faces, made when the first face is drawn.
#[derive(Debug)]
pub(super) struct FacePipeline {
    module: wgpu::ShaderModule,
    layout: wgpu::PipelineLayout,
    samples: u32,
    made: OnceLock<wgpu::RenderPipeline>,
}

/// The triangles of one layer.
#[derive(Debug)]
pub(super) struct Triangles {
    pub buffer: LedgerBuffer,
    pub count: u32,
}

impl FacePipeline {
    pub fn new(module: wgpu::ShaderModule, layout: wgpu::PipelineLayout, samples: u32) -> Self {
        Self { module, layout, samples, made: OnceLock::new() }
    }

    pub fn get(&self, gpu: &GpuContext) -> &wgpu::RenderPipeline {
        self.made.get_or_init(|| {
            gpu.device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
                label: Some("faces"),
                layout: Some(&self.layout),
                vertex: wgpu::VertexState {
                    module: &self.module,
                    entry_point: Some("vs_face"),
                    compilation_options: wgpu::PipelineCompilationOptions::default(),
                    buffers: &[Some(wgpu::VertexBufferLayout {
                        array_stride: size_of::<FaceVertex>() as u64,
                        step_mode: wgpu::VertexStepMode::Vertex,
                        attributes: &ATTRIBUTES,
                    })],
                },
                // Both sides are seen.
                primitive: wgpu::PrimitiveState::default(),
                depth_stencil: Some(wgpu::DepthStencilState {
                    format: DEPTH_FORMAT,
                    depth_write_enabled: Some(false),
                    depth_compare: Some(wgpu::CompareFunction::Less),
                    stencil: wgpu::StencilState::default(),
                    bias: wgpu::DepthBiasState::default(),
                }),
                multisample: wgpu::MultisampleState { count: self.samples, ..Default::default() },
                fragment: Some(wgpu::FragmentState {
                    module: &self.module,
                    entry_point: Some("fs_face"),
                    compilation_options: wgpu::PipelineCompilationOptions::default(),
                    targets: &[Some(wgpu::ColorTargetState {
                        format: COLOR_FORMAT,
                        blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
                        write_mask: wgpu::ColorWrites::ALL,
                    })],
                }),
                multiview_mask: None,
                cache: None,
            })
        })
    }
}

/// Uploads the faces of a layer as one tile of a picture sees them; `None` if it sees none.
pub(super) fn triangles(
    gpu: &GpuContext,
    owner: &Owner,
    tree: &PaintingTree,
    picture: &Picture,
    layer: &Layer<'_>,
    tile: Tile,
) -> Result<Option<Triangles>, GpuError> {
    let vertices = vertices(tree, picture, layer, tile);
    let count = vertices.len() as u32;
    let buffer = instances(gpu, owner, "faces", &vertices)?;
    Ok(buffer.map(|buffer| Triangles { buffer, count }))
}

fn vertices(tree: &PaintingTree, picture: &Picture, layer: &Layer<'_>, tile: Tile) -> Vec<FaceVertex> {
    let frame = &layer.frame;
    let world_from_view = frame.view_from_world.inverse();
    let eye = if frame.perspective {
        Eye::At(world_from_view.transform_point3(Vec3::ZERO))
    } else {
        Eye::Toward(world_from_view.transform_vector3(Vec3::Z))
    };
    let (tile_scale, tile_offset) = tile.from_picture(picture.width, picture.height);
    let scale = layer.scale * tile_scale;
    let offset = layer.offset * tile_scale + tile_offset;
    let mut vertices = Vec::new();
    for part in tree.back_to_front(eye) {
        let Some(face) = layer.scene.faces.get(part.face as usize) else { continue };
        let Some((middle, normal)) = face.plane() else { continue };
        let to_eye =
            if frame.perspective { -frame.view_from_world.transform_point3(middle) } else { Vec3::Z };
        let normal = frame.view_from_world.transform_vector3(normal);
        let normal = if normal.dot(to_eye) < 0.0 { -normal } else { normal };
        let color = lit_face(face.color, normal).extend(f32::from(face.color[3]) / 255.0).to_array();
        let seen: Vec<Vec3> =
            part.corners.iter().map(|corner| frame.view_from_world.transform_point3(*corner)).collect();
        let polygon = visible(&seen, frame, scale, offset);
        let vertex = |place: &Vec3| FaceVertex {
            position: clip_place(frame, layer.depth_range, scale, offset, *place).to_array(),
            color,
            distance: -place.z,
        };
        if let Some((first, rest)) = polygon.split_first() {
            for (second, third) in rest.iter().zip(rest.iter().skip(1)) {
                vertices.extend([first, second, third].map(vertex));
            }
        }
    }
    vertices
}

/// The part of a polygon in view space between the near plane and the sides of the target.
fn visible(polygon: &[Vec3], frame: &CameraFrame, scale: Vec2, offset: Vec2) -> Vec<Vec3> {
    let focal = frame.focal * scale;
    // Linear in the place: at least 0 inside.
    let side = |place: Vec3, axis: fn(Vec2) -> f32, sign: f32| {
        let depth = if frame.perspective { -place.z } else { 1.0 };
        BEYOND * depth + sign * (axis(focal) * axis(place.truncate()) + axis(offset) * depth)
    };
    let axes: [fn(Vec2) -> f32; 2] = [|v| v.x, |v| v.y];
    let mut kept = cut(polygon, |place| -place.z - frame.near);
    for axis in axes {
        kept = cut(&kept, |place| side(place, axis, 1.0));
        kept = cut(&kept, |place| side(place, axis, -1.0));
    }
    kept
}

/// The part of a convex polygon where a linear function is not negative.
fn cut(polygon: &[Vec3], inside: impl Fn(Vec3) -> f32) -> Vec<Vec3> {
    let mut kept = Vec::with_capacity(polygon.len() + 1);
    for (from, to) in polygon.iter().zip(polygon.iter().cycle().skip(1)) {
        let (start, end) = (inside(*from), inside(*to));
        if start >= 0.0 {
            kept.push(*from);
        }
        if (start >= 0.0) != (end >= 0.0) {
            kept.push(from.lerp(*to, start / (start - end)));
        }
    }
    kept
}

/// Clip coordinates of a place in view space, with the depth that the shader gives to atoms.
fn clip_place(
    frame: &CameraFrame,
    (front, back): (f32, f32),
    scale: Vec2,
    offset: Vec2,
    place: Vec3,
) -> Vec4 {
    let distance = -place.z;
    let w = if frame.perspective { distance } else { 1.0 };
    // Depth times w, so that it is linear.
    let mut depth = (distance - frame.near) / (frame.far - frame.near);
    if frame.perspective {
        depth *= frame.far;
    }
    let at = place.truncate() * frame.focal * scale + offset * w;
    at.extend(front * w + (back - front) * depth).extend(w)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_matches_the_shader() {
        assert_eq!(size_of::<FaceVertex>(), 36);
    }
}
