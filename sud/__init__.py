"""AIS Sud: the court case-management system of the Kyrgyz Republic."""
