//! stub
mod reader; mod report; mod tree;
