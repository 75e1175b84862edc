"""What the formats of UIMA, WebAnno and INCEpTION share: one model of a CAS, and one mapping between it and documents."""
