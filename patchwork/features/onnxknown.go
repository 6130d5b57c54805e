package features

import (
	"fmt"
	"image"
	"path/filepath"
	"regexp"
)

// knownModel is how a network wants its pixels. Mean and Std are in units of pixels in [0, 1]: x becomes (x−Mean)/Std.
type knownModel struct {
	hash      string         // first 16 hex digits of the file's SHA-256; "" matches by name
	file      *regexp.Regexp // matches the file's name
	mean, std []float32
	size      image.Point // where the file leaves it open; 0 means unknown
	output    string      // "" means the last spatial feature map
	about     string
}

var (
	half     = []float32{0.5, 0.5, 0.5} // x/127.5−1 for bytes
	imagenet = knownModel{mean: []float32{0.485, 0.456, 0.406}, std: []float32{0.229, 0.224, 0.225}, about: "ImageNet mean and std"}
	signed   = knownModel{mean: half, std: half, about: "x/127.5-1"}
	coral    = []float32{128. / 255, 128. / 255, 128. / 255} // (x−128)/128 for bytes
)

// knownModels is searched from the top: an exact file first, then names that the usual exporters give.
var knownModels = []knownModel{
	{hash: "79daa899638bdf62", mean: half, std: half, about: "x/127.5-1 (Keras MobileNetV2)"},
	{hash: "18357ce5474b830e", mean: coral, std: coral, output: "features", about: "(x-128)/128 (Coral MobileNetV1)"},
	{file: regexp.MustCompile(`(?i)^keras_(mobilenet|xception|inception|nasnet|resnet\w*v2)`), mean: half, std: half, about: "x/127.5-1 (Keras)"},
	{file: regexp.MustCompile(`(?i)^mobilenet_v1_[0-9.]+_[0-9]+`), mean: coral, std: coral, about: "(x-128)/128 (MobileNetV1)"},
	{file: regexp.MustCompile(`(?i)siglip`), mean: half, std: half, size: image.Pt(224, 224), about: "x/127.5-1 (SigLIP)"},
	{file: regexp.MustCompile(`(?i)clip`), mean: []float32{0.48145466, 0.4578275, 0.40821073}, std: []float32{0.26862954, 0.26130258, 0.27577711},
		size: image.Pt(224, 224), about: "CLIP mean and std"},
}

// lookUp returns how a file's pixels are prepared. Networks that the table lacks are taken for PyTorch's if their
// channels come first and for TensorFlow's if they come last.
func lookUp(file, hash string, nchw bool) knownModel {
	for _, m := range knownModels {
		if m.hash == hash || m.hash == "" && m.file.MatchString(filepath.Base(file)) {
			return m
		}
	}
	m := signed
	if nchw {
		m = imagenet
	}
	m.about += ", assumed"
	return m
}

// perChannel repeats a single value for the three channels.
func perChannel(name string, given, known []float32) ([]float32, error) {
	switch len(given) {
	case 0:
		return known, nil
	case 1:
		return []float32{given[0], given[0], given[0]}, nil
	case 3:
		return given, nil
	}
	return nil, fmt.Errorf("features.ONNXOptions: %s has %d values; want 3 (red, green, blue) or 1 for all", name, len(given))
}
