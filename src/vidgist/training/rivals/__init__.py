"""Methods that learn, one declaration a module, called ``METHOD``; see `vidgist.models.methods`.

A declaration is read without torch, wherever a model is used: what trains the method is named in it
as ``"package.module:callable"`` and imported when a training begins.
"""
