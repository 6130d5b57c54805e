package main

import (
	"github.com/spf13/pflag"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// inputFlags are the flags of how an image file is read.
type inputFlags struct {
	bands        []int
	norm         float32
	mode, filter string
}

func (i *inputFlags) add(f *pflag.FlagSet) {
	f.IntSliceVar(&i.bands, "bands", nil, "`numbers` of the bands to read, from 1, as 4,3,2; kept in project.yaml")
	f.Float32Var(&i.norm, "norm", 0, "divide the images' numbers by this `value` to reach 0 to 1; kept in project.yaml. See also norm")
	f.StringVar(&i.mode, "resize", "", "how images come to the extractor's size: stretch, fit or crop; kept in project.yaml")
	f.StringVar(&i.filter, "filter", "", "the filter of resizing: bilinear or bicubic; kept in project.yaml")
}

// read returns the settings. What was not given is zero.
func (i *inputFlags) read() (patchwork.Input, error) {
	in := patchwork.Input{Bands: i.bands, Mode: imageset.Mode(i.mode), Filter: imageset.Filter(i.filter)}
	if i.norm != 0 {
		in.Norm = imageset.Constant(i.norm)
	}
	resize := imageset.Resize{Size: imageset.Size{W: 1, H: 1}, Mode: in.Mode, Filter: in.Filter}
	return in, checkFlags(imageset.Input{Bands: in.Bands, Norm: in.Norm}.Check(), resize.Check())
}
