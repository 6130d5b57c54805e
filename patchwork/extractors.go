package patchwork

import (
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/features"
)

// openVectors opens the network at path: an ONNX file, or the folder of a network that was trained here.
func openVectors(path string, o features.ONNXOptions) (features.Extractor, error) {
	if !features.IsBackbone(path) {
		return features.OpenONNX(path, o)
	}
	if err := bare(path, o); err != nil {
		return nil, err
	}
	return features.OpenBackbone(path)
}

// openMaps opens such a network as an extractor of maps.
func openMaps(path string, o features.ONNXOptions, m features.MapOptions) (features.Extractor, error) {
	if !features.IsBackbone(path) {
		return features.OpenMaps(path, o, m)
	}
	if err := bare(path, o); err != nil {
		return nil, err
	}
	return features.OpenBackboneMaps(path, m)
}

// listTaps lists the maps of such a network.
func listTaps(path string, o features.ONNXOptions) ([]features.Tap, error) {
	if !features.IsBackbone(path) {
		return features.Taps(path, o)
	}
	if err := bare(path, o); err != nil {
		return nil, err
	}
	return features.BackboneTaps(path)
}

// bare refuses what describes an ONNX file: a folder says these things itself.
func bare(path string, o features.ONNXOptions) error {
	if networkOf(o) != nil {
		return fmt.Errorf("patchwork: size, mean, std, layout and output describe an ONNX file, and %s is a folder, which knows them; leave them out", path)
	}
	return nil
}
