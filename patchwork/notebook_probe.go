package patchwork

// Probe shows how good the features in use are.
func (n *Notebook) Probe(options ...ProbeOptions) ProbeReport {
	return tell(options, n.Project.Probe)
}

// FeatureCurves shows how well a plain classifier tells classes from features after learning from few images of each.
func (n *Notebook) FeatureCurves(options ...FeatureCurveOptions) FeatureCurves {
	c := tell(options, n.Project.FeatureCurves)
	check(c.Chart().Show())
	return c
}
