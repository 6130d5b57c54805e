package main

import (
	"fmt"
	"os"
	"path/filepath"

	gomlx "github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/onnx-gomlx/onnx/parser"
)

// mobilenetFile lies in the folder of models beside the working tree, which is no part of the project.
const mobilenetFile = "keras_mobilenet_v2_0.35_224_no_top.fp32.onnx"

// mobilenet makes an executable of the ONNX file; its pictures are [batch, 3, 224, 224].
//
// Errors: the file is not in PATCHWORK_SHARED/models (by default ../shared/models); it cannot be read.
func mobilenet(b gomlx.Backend, store *model.Store) (*model.Exec, error) {
	dir := os.Getenv("PATCHWORK_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "shared")
	}
	data, err := os.ReadFile(filepath.Join(dir, "models", mobilenetFile))
	if err != nil {
		return nil, fmt.Errorf("the network is an ONNX file that is looked for in the folder that PATCHWORK_SHARED names: %w", err)
	}
	net, err := parser.Parse(data)
	if err != nil {
		return nil, err
	}
	if err := net.VariablesToScope(store.RootScope()); err != nil {
		return nil, err
	}
	names, _ := net.Inputs()
	return model.NewExec(b, store, func(s *model.Scope, x *graph.Node) *graph.Node {
		return net.CallGraph(s, x.Graph(), map[string]*graph.Node{names[0]: x})[0]
	})
}
