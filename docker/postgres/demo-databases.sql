-- Source and target of examples/demo, empty.
CREATE DATABASE demo_prod;
CREATE DATABASE demo_uat;
