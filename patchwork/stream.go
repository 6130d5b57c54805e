package patchwork

import (
	"errors"

	"github.com/gopatchwork/patchwork/patchwork/augment/stream"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// Stream yields the project's usable images in batches for training: what kind makes of each, after it was brought to
// side x side pixels as the settings under input say. The seed is that of the project if o has none.
//
// Errors: those of stream.New; there is no usable image.
func (p *Project) Stream(kind stream.Kind, side int, o stream.Options) (*stream.Stream, error) {
	settings := p.Settings()
	resize := settings.Input.resize()
	resize.Size = imageset.Size{W: side, H: side}
	rows := firstUsable(p.Images(), p.Images().Len())
	if len(rows) == 0 {
		return nil, errors.New("patchwork: the project has no usable image to stream")
	}
	source, err := stream.Files(p.Reader(), rows, resize)
	if err != nil {
		return nil, err
	}
	if o.Seed == 0 {
		o.Seed = settings.Seed
	}
	return stream.New(source, kind, o)
}

// Stream yields the images in batches for training.
func (n *Notebook) Stream(kind stream.Kind, side int, o stream.Options) *stream.Stream {
	s, err := n.Project.Stream(kind, side, o)
	check(err)
	return s
}
