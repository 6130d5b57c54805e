package pretrain

import (
	"fmt"
	"slices"

	gomlx "github.com/gomlx/compute"
	"github.com/gomlx/compute/distributed"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/dtensor"
	"github.com/gomlx/gomlx/ml/model"
)

// devices is how steps run on several devices; nil is for one.
//
// The graph of a step is that of the whole batch, and the compiler divides its work (GoMLX's AutoSharding, XLA's Shardy): it is told that each device
// gets a share of the images and keeps a copy of every variable. So a batch means the same on any number of devices: contrastive losses compare with all
// of its images, and batch normalisation takes its averages over all of them.
type devices struct {
	rows   *distributed.ShardingSpec // of what has the images of a batch along its first axis
	copied *distributed.ShardingSpec // of what each device has a copy of
}

// newDevices refuses more devices than the backend has, and a batch that does not divide.
func newDevices(n, batch int, b gomlx.Backend) (*devices, error) {
	if has := b.NumDevices(); n > has {
		return nil, fmt.Errorf("pretrain.Options: Devices is %d, and the backend %s has %d; want at most so many, or another backend, by PATCHWORK_BACKEND", n, b.Name(), has)
	}
	if batch%n != 0 {
		return nil, fmt.Errorf("pretrain.Options: Batch is %d, which does not divide among %d devices; want a multiple of them, such as %d", batch, n, max(batch/n, 1)*n)
	}
	if n == 1 {
		return nil, nil
	}
	const axis = "images"
	mesh, err := distributed.NewDeviceMesh([]int{n}, []string{axis})
	if err != nil {
		return nil, err
	}
	rows, err := distributed.BuildSpec(mesh).S(axis).Done()
	if err != nil {
		return nil, err
	}
	return &devices{rows, distributed.NewReplicatedShardingSpec(mesh)}, nil
}

// plan prepares an execution that has not run: its inputs are so many parts of a batch, and scalars.
func (d *devices) plan(exec *model.Exec, parts int) {
	if d != nil {
		in := slices.Repeat([]*distributed.ShardingSpec{d.rows}, parts)
		exec.AutoSharding(d.rows.Mesh).WithInputShardingSpecs(append(in, d.copied)...).WithOutputShardingSpecs(d.copied) // the last spec holds for all others
	}
}

// run executes what plan prepared, on parts of a batch and on scalars. The results are those of the first device.
func (d *devices) run(exec *model.Exec, parts []*tensors.Tensor, scalars ...float32) ([]*tensors.Tensor, error) {
	var in []any
	if d == nil {
		for _, x := range parts {
			in = append(in, x)
		}
		for _, v := range scalars {
			in = append(in, v)
		}
		return exec.Exec(in...)
	}
	give := func(x *tensors.Tensor, spec *distributed.ShardingSpec) error {
		shards, err := dtensor.ShardTensor(spec, x)
		in = append(in, shards)
		return err
	}
	defer func() {
		for _, x := range in {
			if x := x.(*dtensor.Tensor); x != nil {
				x.Finalize()
			}
		}
	}()
	for _, x := range parts {
		if err := give(x, d.rows); err != nil {
			return nil, err
		}
	}
	for _, v := range scalars {
		if err := give(tensors.FromScalar(v), d.copied); err != nil {
			return nil, err
		}
	}
	out, err := exec.Exec(in...)
	if err != nil {
		return nil, err
	}
	first := len(out) / d.rows.Mesh.NumDevices()
	for _, x := range out[first:] {
		x.MustFinalizeAll()
	}
	return out[:first], nil
}
