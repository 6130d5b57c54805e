package kernel

func detect() variant { return portable }
