package augment

import "testing"

func TestRandBelongsToItsKey(t *testing.T) {
	seen := map[uint64]Key{}
	for _, k := range []Key{{}, {Seed: 1}, {Epoch: 1}, {Index: 1}, {View: 1}, {Seed: 1, Epoch: 1}, {Index: 1, View: 1}} {
		v := k.Rand().Uint64()
		if other, ok := seen[v]; ok || k.Rand().Uint64() != v {
			t.Errorf("%+v draws as %+v, or not twice the same", k, other)
		}
		seen[v] = k
	}
}
