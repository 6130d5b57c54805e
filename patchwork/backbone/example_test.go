package backbone_test

import (
	"fmt"
	"log"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// A network for images of 32 pixels, applied to eight of them.
func ExampleNew() {
	net, err := backbone.New("resnet18", backbone.Options{Stem: backbone.SmallStem, Width: 0.25})
	if err != nil {
		log.Fatal(err)
	}
	backend, err := compute.Backend()
	if err != nil {
		log.Fatal(err)
	}
	store := model.NewStore()
	exec, err := model.NewExec(backend, store, func(scope *model.Scope, x *graph.Node) (m, v *graph.Node) {
		m = net.Graph(scope.At("backbone"), x)
		return m, backbone.Pooled(m)
	})
	if err != nil {
		log.Fatal(err)
	}
	m, v, err := exec.Call2(tensors.FromShape(shapes.Make(dtypes.Float32, 8, 32, 32, 3)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.Shape().Dimensions, v.Shape().Dimensions)
	fmt.Println(backbone.RoleOf("/backbone/stage1/block1/conv1/kernel"), backbone.RoleOf("/backbone/stem/norm/mean"))
	// Output:
	// [8 4 4 128] [8 128]
	// kernel running
}
