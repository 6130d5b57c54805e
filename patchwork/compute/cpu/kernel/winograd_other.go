//go:build !amd64

package kernel

func (t transform) lines(_ variant, l *winogradLines) { t.portableLines(l) }
func (t transform) steps(_ variant, s *winogradSteps) { t.portableSteps(s) }
