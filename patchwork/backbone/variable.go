package backbone

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Role says what a variable is for.
type Role string

// The roles. Weight decay belongs on kernels alone.
const (
	Kernel  Role = "kernel"  // multiplied with features: "kernel"
	Bias    Role = "bias"    // added: "bias", and "shift" of a normalisation
	Gain    Role = "gain"    // multiplies whole channels: "gain" of a normalisation, "scale" of a branch
	Token   Role = "token"   // a learned token of a transformer: "token"
	Running Role = "running" // average that training keeps and does not train: "mean", "variance", "steps"
)

var roles = map[string]Role{
	"kernel": Kernel, "bias": Bias, "shift": Bias, "gain": Gain, "scale": Gain, "token": Token,
	"mean": Running, "variance": Running, "steps": Running,
}

// RoleOf is the role of a variable of a network by the last part of its path; "" for others.
func RoleOf(path string) Role { return roles[path[strings.LastIndexByte(path, '/')+1:]] }

// first says how a variable begins: normal with this standard deviation, or else all alike.
type first struct{ spread, value float64 }

// he is the spread of He et al. 2015, arXiv:1502.01852, eq. 10, for so many inputs in front of ReLU.
func he(inputs int) first { return first{spread: math.Sqrt(2 / float64(inputs))} }

// values are the first ones of n numbers.
func (f first) values(n int, seed int64, path string) []float32 {
	out := make([]float32, n)
	if f.spread == 0 {
		for i := range out {
			out[i] = float32(f.value)
		}
		return out
	}
	name := fnv.New64a()
	name.Write([]byte(path))
	rng := rand.New(rand.NewPCG(uint64(seed), name.Sum64()))
	for i := range out {
		out[i] = float32(f.spread * rng.NormFloat64())
	}
	return out
}

// seed is the one of a store.
func seed(store *model.Store) int64 {
	v, _ := store.GetParam("/" + model.ParamInitialSeed)
	switch v := v.(type) {
	case int64:
		return v
	case int:
		return int64(v)
	case uint64:
		return int64(v)
	}
	return 0
}

// variable is one below the place of b, made if it is not there. Its initialiser writes the first values down as a
// constant, since the random numbers of graphs depend on the backend and on what was drawn before.
func (b builder) variable(name string, begin first, dims ...int) *model.Variable {
	path := b.path + "/" + name
	v := b.store.VariableWithShape(path, shapes.Make(dtypes.Float32, dims...), func(g *Graph, shape shapes.Shape) *Node {
		return ConstTensor(g, tensors.FromFlatDataAndDimensions(begin.values(shape.Size(), seed(b.store), path), dims...))
	})
	v.SetTrainable(RoleOf(path) != Running)
	return v
}
