package patchwork

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/gopatchwork/patchwork/patchwork/features"
	"github.com/gopatchwork/patchwork/patchwork/see"
)

// NetworkFile names a network to look into: the folder of one that was trained here, or an ONNX file.
type NetworkFile struct {
	Path string
	ONNX features.ONNXOptions // for an ONNX file that the table of known networks lacks
}

// NetworkFile is the network that the project's features come from.
//
// Errors: they come from the embedded extractor or from a file, and no network.
func (p *Project) NetworkFile() (NetworkFile, error) {
	s := p.Settings()
	if s.Extractor == "" || s.Extractor == "default" {
		return NetworkFile{}, fmt.Errorf("patchwork: the extractor is the embedded one, which is no network; name one, as with `patchwork embed %s --extractor network.onnx`", typed(p.dir))
	}
	return NetworkFile{p.fromHere(s.Extractor), s.Network.options()}, nil
}

// extractorName is how what the features in use come from is called in a title.
func (p *Project) extractorName(in features.Spec) string {
	if in.Width == 0 { // from a file
		return in.Name
	}
	if n, err := p.NetworkFile(); err == nil {
		return n.name()
	}
	return "the embedded extractor"
}

func (n NetworkFile) name() string { return filepath.Base(filepath.Clean(n.Path)) }

// KernelsReport is the kernels of the first layer of a network.
type KernelsReport struct {
	Figure  `json:"-"`
	Network string `json:"network"`
	Weights string `json:"weights"` // their name in the network
	Count   int    `json:"count"`
	Width   int    `json:"width"` // pixels
	Height  int    `json:"height"`
	Inputs  int    `json:"inputs"` // channels of an image
	Shown   int    `json:"shown"`  // kernels
}

// String is one line.
func (r KernelsReport) String() string { return r.Title }

// Kernels shows the kernels of the first layer of a network, at most so many, the first ones; 0 means 64. Each is divided by its largest absolute number, so
// that the middle grey is 0 in all. Of images of three channels they are in colour; else each channel is shown by itself, in grey.
//
// Errors: those of see.ReadKernels.
func Kernels(n NetworkFile, most int) (KernelsReport, error) {
	k, err := see.ReadKernels(n.Path, n.ONNX)
	if err != nil {
		return KernelsReport{}, fmt.Errorf("patchwork: %w", err)
	}
	r, err := kernelsOf(k, most)
	r.Network, r.Title = n.Path, fmt.Sprintf("%s: %s", n.name(), r.Title)
	return r, err
}

func kernelsOf(k see.Kernels, most int) (KernelsReport, error) {
	const side = 56
	r := KernelsReport{Weights: k.Name, Count: k.Count, Width: k.W, Height: k.H, Inputs: k.Inputs, Shown: min(cmp.Or(most, 64), k.Count)}
	const columns = 13 // that a page has room for
	channels := 1
	if !k.IsColour() {
		channels = k.Inputs
	}
	r.side, r.Columns = side, channels*max(1, columns/channels)
	for i := range r.Shown {
		for c := range channels {
			title := fmt.Sprintf("kernel %d, largest number %.3g", i, k.Largest(i))
			if channels > 1 {
				title = fmt.Sprintf("kernel %d, channel %d, largest number of the kernel %.3g", i, c, k.Largest(i))
			}
			if err := r.add(k.Picture(i, c, side), true, "", title); err != nil {
				return r, err
			}
		}
	}
	shown := ""
	if r.Shown < r.Count {
		shown = fmt.Sprintf(", the first %d", r.Shown)
	}
	r.Title = fmt.Sprintf("%d kernels of %d × %d pixels and %d channels (%s)%s", k.Count, k.W, k.H, k.Inputs, k.Name, shown)
	return r, nil
}

// ActivationOptions says which map of a network is shown. The zero value shows the first.
type ActivationOptions struct {
	Map  string // "first": of the kernels that Kernels shows; "last", which features are averaged of; of an ONNX file also a name that `patchwork maps list` gives; "" means first
	Most int    // channels; 0 means 31
}

// ActivationsReport is what channels of a map make of one image.
type ActivationsReport struct {
	Figure   `json:"-"`
	Network  string `json:"network"`
	Image    string `json:"image"`
	Map      string `json:"map"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	Channels int    `json:"channels"`
	Shown    int    `json:"shown"` // channels
}

// String is one line.
func (r ActivationsReport) String() string { return r.Title }

// Activations shows what channels of a map make of the first image of an album, each from its least number in black to its largest in white.
//
// Errors: those of see.OpenMaps; an image that cannot be read.
func Activations(ctx context.Context, n NetworkFile, album Album, o ActivationOptions) (r ActivationsReport, err error) {
	const side = 112
	album.rows = album.rows[:1]
	lastMap := map[string]string{"": see.First, "last": ""}
	tap, ok := lastMap[o.Map]
	if !ok {
		tap = o.Map
	}
	m, err := see.OpenMaps(n.Path, see.MapOptions{ONNX: n.ONNX, Tap: tap})
	if err != nil {
		return r, fmt.Errorf("patchwork: %w", err)
	}
	defer m.Close()
	pictures, err := album.read(ctx, m.W, m.H)
	if err != nil {
		return r, err
	}
	maps, err := m.Read(ctx, pictures[0].Image)
	if err != nil {
		return r, fmt.Errorf("patchwork: %w", err)
	}
	one := maps[0]
	r = ActivationsReport{Network: n.Path, Image: pictures[0].Name, Map: m.Name, Width: one.W, Height: one.H, Channels: one.C, Shown: min(cmp.Or(o.Most, 31), one.C)}
	r.side, r.Columns = side, 8
	if err := r.add(see.Smooth(pictures[0].Image.RGBA(nil), side), false, "the image", r.Image); err != nil {
		return r, err
	}
	for c := range r.Shown {
		low, high := one.Range(c)
		if err := r.add(one.Picture(c, side), true, fmt.Sprintf("%d: %.2g to %.2g", c, low, high), fmt.Sprintf("channel %d", c)); err != nil {
			return r, err
		}
	}
	r.Title = fmt.Sprintf("%s: channels 0 to %d of %d of %s, %d × %d, of %s", n.name(), r.Shown-1, one.C, mapName(m.Name), one.W, one.H, filepath.Base(r.Image))
	return r, nil
}

// ProjectionOptions says how maps are projected. The zero value is a good default.
type ProjectionOptions struct {
	Map  string // as ActivationOptions.Map, but "" means last
	Side int    // pixels of images, for a network that was trained here; 0 means as many as make its map 14 places wide, and those that it learned on at least
}

// ProjectionReport is maps of images along the three directions in which their places differ most.
type ProjectionReport struct {
	Figure  `json:"-"`
	Network string    `json:"network"`
	Map     string    `json:"map"`
	Side    int       `json:"side"` // pixels of the longer side of images, as the network saw them
	Width   int       `json:"width"`
	Height  int       `json:"height"`
	Names   []string  `json:"images"`
	Shares  []float64 `json:"shares"` // of the variance of all places: of the red, the green and the blue
}

// String is one line.
func (r ProjectionReport) String() string { return r.Title }

// places is how wide a map is at least by ProjectionOptions.Side 0.
const places = 14

// Projection shows for each image of an album its map along the first three principal components of the places of all of them together, as red, green and blue:
// places of one colour have features alike, within an image and from image to image.
//
// Errors: those of see.OpenMaps; an image that cannot be read.
func Projection(ctx context.Context, n NetworkFile, album Album, o ProjectionOptions) (r ProjectionReport, err error) {
	const side = 168
	tap := o.Map
	if tap == "last" {
		tap = ""
	}
	size, err := n.projected(o.Side)
	if err != nil {
		return r, err
	}
	m, err := see.OpenMaps(n.Path, see.MapOptions{ONNX: n.ONNX, Tap: tap, Side: size})
	if err != nil {
		return r, fmt.Errorf("patchwork: %w", err)
	}
	defer m.Close()
	pictures, err := album.read(ctx, m.W, m.H)
	if err != nil {
		return r, err
	}
	maps, err := m.Read(ctx, imagesOf(pictures)...)
	if err != nil {
		return r, fmt.Errorf("patchwork: %w", err)
	}
	p, err := see.Principal(ctx, maps)
	if err != nil {
		return r, fmt.Errorf("patchwork: %w", err)
	}
	r = ProjectionReport{Network: n.Path, Map: m.Name, Side: max(m.W, m.H), Width: maps[0].W, Height: maps[0].H, Shares: p.Shares}
	r.side, r.Columns = side, 6
	for i, picture := range pictures {
		r.Names = append(r.Names, picture.Name)
		err := errors.Join(
			r.add(see.Smooth(picture.Image.RGBA(nil), side), false, filepath.Base(picture.Name), picture.Name),
			r.add(p.Maps[i].Colours(side), true, "", picture.Name), r.add(p.Maps[i].Over(picture.Image, side), false, "", picture.Name))
		if err != nil {
			return r, err
		}
	}
	r.Title = fmt.Sprintf("%s: %s, %d × %d, along its three main directions", n.name(), mapName(m.Name), r.Width, r.Height)
	for i, share := range p.Shares {
		r.Title += []string{" (red ", ", green ", ", blue "}[i] + fmt.Sprintf("%.0f%%", 100*share)
	}
	r.Title += " of the variance)"
	return r, nil
}

// mapName is how a map is called in a title.
func mapName(name string) string {
	switch name {
	case see.First:
		return "the first map"
	case features.BackboneTap:
		return "the last map"
	}
	return "the map " + name
}

// projected is the side of images for a projection: 0 for an ONNX file, which has its own.
func (n NetworkFile) projected(side int) (int, error) {
	if side != 0 || !features.IsBackbone(n.Path) {
		return side, nil
	}
	size, stride, err := see.SizeOf(n.Path)
	if err != nil {
		return 0, fmt.Errorf("patchwork: %w", err)
	}
	return max(places*stride, max(size.X, size.Y)), nil
}
