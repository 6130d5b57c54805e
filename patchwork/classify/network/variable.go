package network

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Role says what a variable is for.
type Role string

// The roles.
const (
	Kernel  Role = "kernel"  // multiplied with features; weight decay acts on these alone
	Bias    Role = "bias"    // added, begins at 0
	Gain    Role = "gain"    // of a normalisation, begins at 1
	Running Role = "running" // average that training keeps and does not train
)

// Variable is one array of a network.
type Variable struct {
	Path string // below the network's own, such as "1/kernel"
	Role Role
	Dims []int // [height, width, in, out] or [in, out] of a kernel; [out]; none of a count

	spread float64 // of a kernel: the square of the largest first value
}

// Size is how many numbers it holds.
func (v Variable) Size() int {
	size := 1
	for _, d := range v.Dims {
		size *= d
	}
	return size
}

// NewKernel is a kernel [in, out] whose values begin uniform within ±√(spread/in): 6 in front of ReLU (He et al. 2015,
// arXiv:1502.01852, eq. 10), 3 where nothing follows.
func NewKernel(path string, in, out int, spread float64) Variable {
	return Variable{Path: path, Role: Kernel, Dims: []int{in, out}, spread: spread / float64(in)}
}

func (n *Net) add(path string, role Role, spread float64, dims ...int) {
	n.vars = append(n.vars, Variable{path, role, dims, spread})
}

// First are the values that training begins with. They depend on seed and on the full path of the variable alone, not on
// what other variables there are.
func (v Variable) First(path string, seed uint64) []float32 {
	out := make([]float32, v.Size())
	switch v.Role {
	case Gain:
		for i := range out {
			out[i] = 1
		}
	case Kernel:
		name := fnv.New64a()
		name.Write([]byte(path))
		rng := rand.New(rand.NewPCG(seed, name.Sum64()))
		limit := math.Sqrt(v.spread)
		for i := range out {
			out[i] = float32(limit * (2*rng.Float64() - 1))
		}
	}
	return out
}

// Put adds variables with their first values to a store, below path, such as "/trunk".
func Put(s *model.Store, path string, vars []Variable, seed uint64) {
	for _, v := range vars {
		full := path + "/" + v.Path
		Set(s, path, v, v.First(full, seed))
	}
}

// Set adds one variable with these values to a store, below path.
func Set(s *model.Store, path string, v Variable, values []float32) {
	s.VariableWithValue(path+"/"+v.Path, tensors.FromFlatDataAndDimensions(values, v.Dims...)).SetTrainable(v.Role != Running)
}

// Get copies the values of a variable of a store.
//
// Errors: there is none of that path, or it has other dimensions.
func Get(s *model.Store, path string, v Variable) ([]float32, error) {
	full := path + "/" + v.Path
	held := s.GetVariable(full)
	if held == nil {
		return nil, fmt.Errorf("variable %s is missing", full)
	}
	t, err := held.Value()
	if err != nil {
		return nil, fmt.Errorf("variable %s: %w", full, err)
	}
	values, err := tensors.CopyFlatData[float32](t)
	if err != nil {
		return nil, fmt.Errorf("variable %s: %w", full, err)
	}
	if len(values) != v.Size() {
		return nil, fmt.Errorf("variable %s holds %d numbers; want %d", full, len(values), v.Size())
	}
	return values, nil
}
