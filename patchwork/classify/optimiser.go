package classify

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"
)

// update adds to the graph what one step of Adam does to the head's variables.
func (c *criterion) update(_ *head, scope *model.Scope, aim, rate *Node) {
	optimizer.LearningRateVar(scope, dtypes.Float32, 0).SetNodeValue(rate)
	optimizer.Adam().Done().UpdateGraph(scope, aim.Graph(), aim)
}
