//! The renderer on the GPU: instanced quads whose fragments cast rays (`shaders/crystal.wgsl`).
//!
//! Every sample of a pixel casts its own ray, so that the seams between spheres and sticks are as smooth as outlines.

use std::borrow::Cow;

use bytemuck::{Pod, Zeroable};

use super::{
    Layer, Picture, Target, Tile,
    face_triangles::{FacePipeline, triangles},
    painting::PaintingTree,
    target::{COLOR_FORMAT, DEPTH_FORMAT},
};
use crate::{
    crystal::scene::{Cylinder, Scene, Sphere, rims},
    gpu::{GpuContext, GpuError, LedgerBuffer, Owner, Shader},
};

/// `View` of the shader: 160 bytes.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct ViewUniform {
    view_from_world: [[f32; 4]; 4],
    projection: [f32; 4],
    tile: [f32; 4],
    cue_color: [f32; 4],
    cue_and_depth: [f32; 4],
    highlight: [f32; 4],
    flags: [u32; 4],
}

/// Pipelines of one device; made once.
#[derive(Debug)]
pub struct CrystalPipelines {
    spheres: wgpu::RenderPipeline,
    cylinders: wgpu::RenderPipeline,
    faces: FacePipeline,
    view_layout: wgpu::BindGroupLayout,
    samples: u32,
}

/// Instances of one scene on the GPU.
#[derive(Debug)]
pub struct SceneBuffers {
    spheres: Option<LedgerBuffer>,
    cylinders: Option<LedgerBuffer>,
    sphere_count: u32,
    cylinder_count: u32,
    /// `None` without faces.
    faces: Option<PaintingTree>,
}

impl SceneBuffers {
    /// Uploads a scene.
    ///
    /// # Errors
    /// When it is larger than a buffer of this device can be.
    pub fn upload(gpu: &GpuContext, owner: &Owner, scene: &Scene) -> Result<Self, GpuError> {
        let has_faces = !scene.faces.is_empty();
        let cylinders: Cow<'_, [Cylinder]> = if has_faces {
            Cow::Owned([scene.cylinders.as_slice(), &rims(scene)].concat())
        } else {
            Cow::Borrowed(scene.cylinders.as_slice())
        };
        Ok(Self {
            spheres: instances(gpu, owner, "spheres", &scene.spheres)?,
            cylinders: instances(gpu, owner, "cylinders", &cylinders)?,
            sphere_count: scene.spheres.len() as u32,
            cylinder_count: cylinders.len() as u32,
            faces: has_faces.then(|| PaintingTree::new(&scene.faces)),
        })
    }
}

pub(super) fn instances<T: Pod>(
    gpu: &GpuContext,
    owner: &Owner,
    label: &str,
    items: &[T],
) -> Result<Option<LedgerBuffer>, GpuError> {
    if items.is_empty() {
        return Ok(None);
    }
    let bytes: &[u8] = bytemuck::cast_slice(items);
    let limit = gpu.device.limits().max_buffer_size;
    if bytes.len() as u64 > limit {
        return Err(GpuError::Failed {
            message: format!(
                "{} {label} need {} MB, and this adapter's buffers end at {} MB",
                items.len(),
                bytes.len() / 1_000_000,
                limit / 1_000_000
            ),
        });
    }
    let buffer = gpu.ledger.buffer(
        &gpu.device,
        owner.clone(),
        &wgpu::BufferDescriptor {
            label: Some(label),
            size: bytes.len() as u64,
            usage: wgpu::BufferUsages::VERTEX | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        },
    );
    gpu.queue.write_buffer(&buffer, 0, bytes);
    Ok(Some(buffer))
}

const SPHERE_ATTRIBUTES: [wgpu::VertexAttribute; 4] =
    wgpu::vertex_attr_array![0 => Float32x4, 1 => Unorm8x4, 2 => Unorm8x4, 3 => Uint32x2];
const CYLINDER_ATTRIBUTES: [wgpu::VertexAttribute; 5] =
    wgpu::vertex_attr_array![0 => Float32x4, 1 => Float32x4, 2 => Unorm8x4, 3 => Unorm8x4, 4 => Uint32];

impl CrystalPipelines {
    /// Compiles the pipelines for a device.
    #[must_use]
    pub fn new(gpu: &GpuContext) -> Self {
        let device = &gpu.device;
        let per_sample = gpu
            .adapter
            .get_downlevel_capabilities()
            .flags
            .contains(wgpu::DownlevelFlags::MULTISAMPLED_SHADING);
        let samples = if per_sample { 4 } else { 1 };
        let module = if per_sample {
            Shader::CRYSTAL.module(device)
        } else {
            // Old GL drivers cast one ray a pixel.
            device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(Shader::CRYSTAL.file),
                source: wgpu::ShaderSource::Wgsl(
                    Shader::CRYSTAL
                        .source
                        .replace("@interpolate(perspective, sample)", "@interpolate(perspective)")
                        .into(),
                ),
            })
        };
        let view_layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("crystal view"),
            entries: &[wgpu::BindGroupLayoutEntry {
                binding: 0,
                visibility: wgpu::ShaderStages::VERTEX_FRAGMENT,
                ty: wgpu::BindingType::Buffer {
                    ty: wgpu::BufferBindingType::Uniform,
                    has_dynamic_offset: false,
                    min_binding_size: None,
                },
                count: None,
            }],
        });
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("crystal"),
            bind_group_layouts: &[Some(&view_layout)],
            immediate_size: 0,
        });
        let pipeline = |label, vertex, fragment, stride, attributes: &[wgpu::VertexAttribute]| {
            device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
                label: Some(label),
                layout: Some(&layout),
                vertex: wgpu::VertexState {
                    module: &module,
                    entry_point: Some(vertex),
                    compilation_options: wgpu::PipelineCompilationOptions::default(),
                    buffers: &[Some(wgpu::VertexBufferLayout {
                        array_stride: stride,
                        step_mode: wgpu::VertexStepMode::Instance,
                        attributes,
                    })],
                },
                primitive: wgpu::PrimitiveState {
                    topology: wgpu::PrimitiveTopology::TriangleStrip,
                    ..Default::default()
                },
                depth_stencil: Some(wgpu::DepthStencilState {
                    format: DEPTH_FORMAT,
                    depth_write_enabled: Some(true),
                    depth_compare: Some(wgpu::CompareFunction::Less),
                    stencil: wgpu::StencilState::default(),
                    bias: wgpu::DepthBiasState::default(),
                }),
                multisample: wgpu::MultisampleState { count: samples, ..Default::default() },
                fragment: Some(wgpu::FragmentState {
                    module: &module,
                    entry_point: Some(fragment),
                    compilation_options: wgpu::PipelineCompilationOptions::default(),
                    targets: &[Some(COLOR_FORMAT.into())],
                }),
                multiview_mask: None,
                cache: None,
            })
        };
        Self {
            spheres: pipeline(
                "spheres",
                "vs_sphere",
                "fs_sphere",
                size_of::<Sphere>() as u64,
                &SPHERE_ATTRIBUTES,
            ),
            cylinders: pipeline(
                "cylinders",
                "vs_cylinder",
                "fs_cylinder",
                size_of::<Cylinder>() as u64,
                &CYLINDER_ATTRIBUTES,
            ),
            faces: FacePipeline::new(module, layout, samples),
            view_layout,
            samples,
        }
    }

    /// Textures that these pipelines can draw into.
    #[must_use]
    pub fn target(&self, gpu: &GpuContext, owner: &Owner, width: u32, height: u32) -> Target {
        Target::new(gpu, owner, width, height, self.samples)
    }

    /// Draws one tile of a picture. `scene` is the upload of the picture's main scene. Does not wait for the GPU.
    ///
    /// # Errors
    /// When the device is lost or the axes cannot be uploaded.
    pub fn draw(
        &self,
        gpu: &GpuContext,
        owner: &Owner,
        picture: &Picture,
        scene: &SceneBuffers,
        tile: Tile,
        target: &Target,
    ) -> Result<(), GpuError> {
        gpu.check_alive()?;
        let layers = picture.layers();
        // The first layer is the main scene; the others are small and change with the camera.
        let mut extra = Vec::new();
        for layer in layers.iter().skip(1) {
            extra.push(SceneBuffers::upload(gpu, owner, layer.scene)?);
        }
        let buffers = std::iter::once(scene).chain(&extra);
        let views: Vec<(wgpu::BindGroup, LedgerBuffer, &SceneBuffers)> = layers
            .iter()
            .zip(buffers)
            .map(|(layer, buffers)| {
                let (group, uniform) = self.view(gpu, owner, picture, layer, tile);
                (group, uniform, buffers)
            })
            .collect();

        let mut faces = Vec::new();
        for (layer, (_, _, buffers)) in layers.iter().zip(&views) {
            faces.push(match &buffers.faces {
                Some(tree) => triangles(gpu, owner, tree, picture, layer, tile)?,
                None => None,
            });
        }

        let (color, resolve_target, depth) = target.attachments();
        let mut encoder =
            gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("crystal") });
        {
            let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                label: Some("crystal"),
                color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                    view: color,
                    depth_slice: None,
                    resolve_target,
                    ops: wgpu::Operations {
                        load: wgpu::LoadOp::Clear(clear_color(picture)),
                        store: if resolve_target.is_some() {
                            wgpu::StoreOp::Discard
                        } else {
                            wgpu::StoreOp::Store
                        },
                    },
                })],
                depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
                    view: depth,
                    depth_ops: Some(wgpu::Operations {
                        load: wgpu::LoadOp::Clear(1.0),
                        store: wgpu::StoreOp::Discard,
                    }),
                    stencil_ops: None,
                }),
                timestamp_writes: None,
                occlusion_query_set: None,
                multiview_mask: None,
            });
            for ((view, _, buffers), faces) in views.iter().zip(&faces) {
                pass.set_bind_group(0, view, &[]);
                if let Some(spheres) = &buffers.spheres {
                    pass.set_pipeline(&self.spheres);
                    pass.set_vertex_buffer(0, spheres.slice(..));
                    pass.draw(0..4, 0..buffers.sphere_count);
                }
                if let Some(cylinders) = &buffers.cylinders {
                    pass.set_pipeline(&self.cylinders);
                    pass.set_vertex_buffer(0, cylinders.slice(..));
                    pass.draw(0..4, 0..buffers.cylinder_count);
                }
                // After all that is opaque.
                if let Some(faces) = faces {
                    pass.set_pipeline(self.faces.get(gpu));
                    pass.set_vertex_buffer(0, faces.buffer.slice(..));
                    pass.draw(0..faces.count, 0..1);
                }
            }
        }
        gpu.queue.submit([encoder.finish()]);
        gpu.check_alive()
    }

    fn view(
        &self,
        gpu: &GpuContext,
        owner: &Owner,
        picture: &Picture,
        layer: &Layer<'_>,
        tile: Tile,
    ) -> (wgpu::BindGroup, LedgerBuffer) {
        let (tile_scale, tile_offset) = tile.from_picture(picture.width, picture.height);
        let scale = layer.scale * tile_scale;
        let offset = layer.offset * tile_scale + tile_offset;
        let frame = &layer.frame;
        let (fade_begin, fade_end) = layer.fade_range();
        let [r, g, b, _] = unit(picture.palette.background);
        let uniform = ViewUniform {
            view_from_world: frame.view_from_world.to_cols_array_2d(),
            projection: [frame.focal.x, frame.focal.y, frame.near, frame.far],
            tile: [scale.x, scale.y, offset.x, offset.y],
            cue_color: [r, g, b, layer.fade],
            cue_and_depth: [fade_begin, fade_end, layer.depth_range.0, layer.depth_range.1],
            highlight: unit(picture.palette.highlight),
            flags: [u32::from(frame.perspective), layer.selected, 0, 0],
        };
        let buffer = gpu.ledger.buffer(
            &gpu.device,
            owner.clone(),
            &wgpu::BufferDescriptor {
                label: Some("view"),
                size: size_of::<ViewUniform>() as u64,
                usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            },
        );
        gpu.queue.write_buffer(&buffer, 0, bytemuck::bytes_of(&uniform));
        let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("crystal view"),
            layout: &self.view_layout,
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: buffer.as_entire_binding() }],
        });
        (group, buffer)
    }
}

fn clear_color(picture: &Picture) -> wgpu::Color {
    let [r, g, b, a] = unit(picture.palette.background).map(f64::from);
    // Premultiplied, as the resolved edges of a transparent picture are.
    wgpu::Color { r: r * a, g: g * a, b: b * a, a }
}

fn unit(color: [u8; 4]) -> [f32; 4] {
    color.map(|byte| f32::from(byte) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_match_the_shader() {
        assert_eq!(size_of::<ViewUniform>(), 160);
        assert_eq!(size_of::<Sphere>(), 32);
        assert_eq!(size_of::<Cylinder>(), 44);
    }
}
