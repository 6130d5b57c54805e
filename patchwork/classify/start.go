package classify

import "fmt"

// begin sets the weights that training begins with: those of start where it knows the class, or else 0 with a bias that
// was chosen before. resolve says what a class of start is called now; of several that are one class now, the one that has
// its name counts, else the first. The features are standardised anew, so the weights are changed to give the same logits:
//
//	W' = W · scale/scale'      b' = b + Σ (mean' − mean) · scale · W / √dim
//
// Errors: start reads other features.
func (h *head) begin(classes []string, featureID string, start *Model, resolve func(string) (string, bool)) error {
	from := start.head
	if from.dim != h.dim || start.info.FeatureID != featureID {
		return fmt.Errorf("classify: the model to go on from reads the features %s of %d numbers, and these are %s of %d; train from the beginning",
			start.info.FeatureID, from.dim, featureID, h.dim)
	}
	column := map[string]int{}
	for c, name := range start.info.Classes {
		now, ok := name, true
		if resolve != nil {
			now, ok = resolve(name)
		}
		if _, taken := column[now]; ok && (!taken || now == name) {
			column[now] = c
		}
	}
	for c, name := range classes {
		old, ok := column[name]
		if !ok {
			continue
		}
		shift := 0.0
		for i := range h.dim {
			w := from.weights[i*from.classes+old]
			h.weights[i*h.classes+c] = w * from.scale[i] / h.scale[i]
			shift += float64(h.mean[i]-from.mean[i]) * float64(from.scale[i]) * float64(w)
		}
		h.bias[c] = from.bias[old] + float32(shift/gain(h.dim))
	}
	return nil
}
