package pretrain

import (
	"errors"
	"fmt"
	"reflect"

	gomlx "github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// several is a backend that claims to have devices with memory of their own, and computes on another. What is to run on all devices runs once: parts of
// inputs are joined and results are cut, as the specs say. It refuses what a compiler may rely on and does not hold: copies that are not the same
// everywhere, and buffers that lie on another device.
type several struct {
	gomlx.Backend
	devices int
	shared  int // executions on all devices
}

func (b *several) NumDevices() int        { return b.devices }
func (b *several) HasSharedBuffers() bool { return false }

func (b *several) BufferFromFlatData(device gomlx.DeviceNum, flat any, shape shapes.Shape) (gomlx.Buffer, error) {
	if int(device) >= b.devices {
		return nil, fmt.Errorf("there is no device %d", device)
	}
	inner, err := b.Backend.BufferFromFlatData(0, flat, shape)
	return &placed{inner, b, device}, err
}

func (b *several) Builder(name string) gomlx.Builder {
	return &severalBuilder{Builder: b.Backend.Builder(name), home: b, devices: 1}
}

// placed is a buffer on a device.
type placed struct {
	gomlx.Buffer
	home   *several
	device gomlx.DeviceNum
}

func (p *placed) Backend() gomlx.Backend              { return p.home }
func (p *placed) DeviceNum() (gomlx.DeviceNum, error) { return p.device, nil }
func (p *placed) Data() (any, error)                  { return nil, errors.New("the memory is not shared") }
func (p *placed) CopyToDevice(device gomlx.DeviceNum) (gomlx.Buffer, error) {
	flat, shape, err := p.read()
	if err != nil {
		return nil, err
	}
	return p.home.BufferFromFlatData(device, flat, shape)
}

func (p *placed) read() (flat any, shape shapes.Shape, err error) {
	if shape, err = p.Shape(); err == nil {
		flat = dtypes.MakeAnySlice(shape.DType, shape.Size())
		err = p.ToFlatData(flat)
	}
	return flat, shape, err
}

type severalBuilder struct {
	gomlx.Builder
	home    *several
	devices int
	main    *severalFunction
}

func (b *severalBuilder) Main() gomlx.Function {
	if b.main == nil {
		b.main = &severalFunction{Function: b.Builder.Main(), builder: b}
	}
	return b.main
}

func (b *severalBuilder) DistributedAutoSharding(meshes ...gomlx.Mesh) error {
	if len(meshes) != 1 || len(meshes[0].AxesSizes) != 1 {
		return fmt.Errorf("want one mesh of one axis, got %v", meshes)
	}
	b.devices = meshes[0].AxesSizes[0]
	return nil
}

func (b *severalBuilder) DeviceAssignment(devices ...gomlx.DeviceNum) error {
	for i, d := range devices {
		if len(devices) != b.devices || int(d) != i {
			return fmt.Errorf("want the first %d devices, got %v", b.devices, devices)
		}
	}
	return nil
}

func (b *severalBuilder) Compile() (gomlx.Executable, error) {
	inner, err := b.Builder.Compile()
	return &severalExecutable{inner, b}, err
}

type severalFunction struct {
	gomlx.Function
	builder *severalBuilder
	in, out []*gomlx.ShardingSpec
}

func (f *severalFunction) Builder() gomlx.Builder { return f.builder }

func (f *severalFunction) Parameter(name string, shape shapes.Shape, spec *gomlx.ShardingSpec) (gomlx.Value, error) {
	f.in = append(f.in, spec)
	return f.Function.Parameter(name, shape, nil)
}

func (f *severalFunction) Return(outputs []gomlx.Value, specs []*gomlx.ShardingSpec) error {
	if f.out = specs; len(specs) == 0 {
		f.out = make([]*gomlx.ShardingSpec, len(outputs))
	}
	return f.Function.Return(outputs, nil)
}

type severalExecutable struct {
	gomlx.Executable
	of *severalBuilder
}

func (e *severalExecutable) Execute(inputs []gomlx.Buffer, donate []bool, device gomlx.DeviceNum) ([]gomlx.Buffer, error) {
	home, devices := e.of.home, e.of.devices
	if devices > 1 {
		device = 0
		home.shared++
	}
	_, wants := e.Inputs()
	whole := make([]gomlx.Buffer, len(wants))
	for i, want := range wants {
		var all reflect.Value
		for d := range devices {
			one := inputs[d*len(wants)+i].(*placed)
			if one.device != device+gomlx.DeviceNum(d) {
				return nil, fmt.Errorf("input %d of device %d lies on device %d", i, d, one.device)
			}
			flat, _, err := one.read()
			switch v := reflect.ValueOf(flat); {
			case err != nil:
				return nil, err
			case d == 0:
				all = v
			case split(e.of.main.in[i]):
				all = reflect.AppendSlice(all, v)
			case !reflect.DeepEqual(all.Interface(), flat):
				return nil, fmt.Errorf("input %d, %s, is not the same on devices 0 and %d", i, want, d)
			}
		}
		if all.Len() != want.Size() {
			return nil, fmt.Errorf("input %d has %d numbers on all devices together, want %s", i, all.Len(), want)
		}
		var err error
		if whole[i], err = home.Backend.BufferFromFlatData(0, all.Interface(), want); err != nil {
			return nil, err
		}
	}
	for i, given := range donate {
		if given {
			inputs[i].Finalize()
		}
	}
	results, err := e.Executable.Execute(whole, nil, 0)
	if err != nil {
		return nil, err
	}
	out := make([]gomlx.Buffer, devices*len(results))
	for i, r := range results {
		flat, shape, err := (&placed{r, home, 0}).read()
		if err != nil {
			return nil, err
		}
		if devices > 1 && split(e.of.main.out[i]) {
			return nil, fmt.Errorf("result %d is asked for in parts", i)
		}
		for d := range devices {
			if out[d*len(results)+i], err = home.BufferFromFlatData(device+gomlx.DeviceNum(d), flat, shape); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// split reports whether a spec cuts along the first axis.
func split(spec *gomlx.ShardingSpec) bool {
	return spec != nil && len(spec.Axes) > 0 && len(spec.Axes[0]) > 0
}
